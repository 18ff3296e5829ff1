public import StorageIO

/// Checks that a store does what `ObjectStore` promises. Works under any test framework: a check is an asynchronous
/// function that throws a ``ConformanceFailure`` with the expected and the actual result.
///
/// With Swift Testing, each check as its own test case:
///
///     @Test(arguments: ObjectStoreConformance.checkNames)
///     func storeConforms(name: String) async throws {
///         try await ObjectStoreConformance(store: myStore).run(name)
///     }
///
/// Each check works in its own folder below `folder` and removes its objects at the end, so that checks may run in
/// parallel and against stores that hold other data.
public struct ObjectStoreConformance: Sendable {
    /// The store under test.
    public let store: any ObjectStore
    /// Key prefix of all objects that the checks write.
    public let folder: String
    /// The size of the largest object written, in bytes.
    public let largeObjectSize: Int
    /// Characters that the store's keys cannot have, such as `:` in HDFS.
    public let excludedCharacters: Set<Character>

    /// - Parameters:
    ///   - folder: Defaults to a name that no earlier run has used.
    ///   - largeObjectSize: At least two parts of a store that uploads in parts.
    ///   - excludedCharacters: Keys with these are left out.
    public init(
        store: any ObjectStore, folder: String? = nil, largeObjectSize: Int = 12 << 20,
        excludedCharacters: Set<Character> = []
    ) {
        self.store = store
        self.folder = folder ?? "conformance-" + String(UInt64.random(in: .min ... .max), radix: 36)
        self.largeObjectSize = largeObjectSize
        self.excludedCharacters = excludedCharacters
    }

    /// All checks, in the order in which ``runAll()`` runs them.
    public static var checkNames: [String] { ConformanceCheck.all.map(\.name) }

    /// Runs one check.
    /// - Throws: ``ConformanceFailure`` when the store breaks a promise or there is no check of that name.
    public func run(_ name: String) async throws {
        guard let check = ConformanceCheck.all.first(where: { $0.name == name }) else {
            throw ConformanceFailure(
                check: name, message: "no such check; there are \(Self.checkNames.joined(separator: ", "))")
        }
        let subject = StoreUnderTest(
            store: store, check: name, folder: "\(folder)/\(name)", largeObjectSize: largeObjectSize,
            excludedCharacters: excludedCharacters)
        do {
            try await check.body(subject)
        } catch let failure as ConformanceFailure {
            try? await subject.removeAll()
            throw failure
        } catch {
            try? await subject.removeAll()
            throw ConformanceFailure(check: name, message: "unexpected error: \(error)")
        }
        try await subject.removeAll()
    }

    /// Runs all checks, continuing after failures.
    /// - Throws: ``ConformanceFailures`` with every check that failed.
    public func runAll() async throws {
        var failures: [ConformanceFailure] = []
        for name in Self.checkNames {
            do {
                try await run(name)
            } catch let failure as ConformanceFailure {
                failures.append(failure)
            }
        }
        if !failures.isEmpty { throw ConformanceFailures(failures: failures) }
    }
}

/// A promise that a store has not kept.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// The check that found it.
    public let check: String
    /// The expected and the actual result.
    public let message: String

    /// Check and message in one line.
    public var description: String { "\(check): \(message)" }
}

/// All promises that a store has not kept.
public struct ConformanceFailures: Error, Sendable, CustomStringConvertible {
    /// In the order of the checks.
    public let failures: [ConformanceFailure]

    /// One line for each failure.
    public var description: String { failures.map(\.description).joined(separator: "\n") }
}
