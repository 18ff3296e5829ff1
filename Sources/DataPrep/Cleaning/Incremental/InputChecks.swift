import StorageIO

/// A checksum of an input's content as text: the store's own where it has one, else MD5.
enum InputChecksum {
    static func text(of object: ObjectMetadata, in store: any ObjectStore) async throws -> String {
        text(try await store.contentChecksum(of: object, like: nil))
    }

    /// Whether an object's content has this checksum.
    static func matches(_ text: String, _ object: ObjectMetadata, in store: any ObjectStore) async throws -> Bool {
        guard let expected = checksum(text) else { return false }
        return try await store.contentChecksum(of: object, like: expected) == expected
    }

    private static func text(_ checksum: StoredChecksum) -> String {
        switch checksum {
        case .md5(let sum): "md5:\(sum)"
        case .md5OfParts(let sum, let partSize): "md5-of-parts:\(partSize):\(sum)"
        case .hdfs(let algorithm, let sum): "hdfs:\(algorithm):\(sum)"
        }
    }

    private static func checksum(_ text: String) -> StoredChecksum? {
        let words = text.split(separator: ":", maxSplits: 2).map(String.init)
        switch (words.first, words.count) {
        case ("md5", 2): return .md5(words[1])
        case ("md5-of-parts", 3): return Int64(words[1]).map { .md5OfParts(words[2], partSize: $0) }
        case ("hdfs", 3): return .hdfs(algorithm: words[1], words[2])
        default: return nil
        }
    }
}

/// The inputs compared with what earlier runs have cleaned.
struct InputSurvey: Sendable {
    /// Files that no earlier run has cleaned, in the order of their names.
    var new: [ObjectMetadata] = []
    /// Those that an earlier run has cleaned.
    var known: [IncrementalState.Input] = []

    /// - Parameters:
    ///   - files: the files at the input's location.
    ///   - state: nil before the first run, and for a run that cleans everything again.
    /// - Throws: ``IncrementalCleaningError/changedInput(input:change:)``,
    ///   ``IncrementalCleaningError/vanishedInput(input:reason:)``.
    init(_ files: [ObjectMetadata], in store: any ObjectStore, since state: IncrementalState?) async throws {
        var present: [String: ObjectMetadata] = [:]
        for file in files { present[store.root + file.key.path] = file }
        let known = state?.inputs ?? []
        _ = try await known.concurrentMap { [present] input in
            let file: ObjectMetadata
            if let listed = present[input.name] {
                file = listed
            } else {
                file = try await Self.head(of: input, in: store)
            }
            try await Self.check(input, file, in: store)
        }
        let names = Set(known.map(\.name))
        new = files.filter { !names.contains(store.root + $0.key.path) }
        self.known = known
    }

    /// A file that is not among this run's inputs, such as one file of a folder that is cleaned file by file.
    private static func head(of input: IncrementalState.Input, in store: any ObjectStore) async throws -> ObjectMetadata
    {
        guard input.name.utf8.starts(with: store.root.utf8) else {
            throw IncrementalCleaningError.vanishedInput(
                input: input.name, reason: "the input now lies in another store, \(store.root)")
        }
        let path = String(decoding: input.name.utf8.dropFirst(store.root.utf8.count), as: UTF8.self)
        do {
            return try await store.head(ObjectKey(verbatim: path))
        } catch let error as ObjectStoreError where error.code == .notFound {
            throw IncrementalCleaningError.vanishedInput(input: input.name, reason: "it is not there any more")
        }
    }

    private static func check(
        _ input: IncrementalState.Input, _ file: ObjectMetadata, in store: any ObjectStore
    ) async throws {
        func changed(_ change: String) -> IncrementalCleaningError { .changedInput(input: input.name, change: change) }
        guard file.size == input.size else { throw changed("\(file.size) bytes, then \(input.size)") }
        if let tag = file.entityTag, tag == input.entityTag { return }
        // Rewritten or copied: the content decides.
        guard try await InputChecksum.matches(input.checksum, file, in: store) else {
            throw changed("as long as then, with other content")
        }
    }
}
