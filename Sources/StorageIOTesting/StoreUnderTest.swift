import StorageIO

/// Helpers of the checks: keys in the check's own folder, and expectations that report the actual result.
struct StoreUnderTest: Sendable {
    let store: any ObjectStore
    let check: String
    let folder: String
    let largeObjectSize: Int
    let excludedCharacters: Set<Character>

    func key(_ name: String) throws -> ObjectKey { try ObjectKey("\(folder)/\(name)") }

    func put(_ bytes: [UInt8], _ name: String, ifAbsent: Bool = false) async throws {
        try await store.put(bytes, to: key(name), options: WriteOptions(ifAbsent: ifAbsent))
    }

    func put(_ text: String, _ name: String, ifAbsent: Bool = false) async throws {
        try await put(Array(text.utf8), name, ifAbsent: ifAbsent)
    }

    func put(_ bytes: [UInt8], _ name: String, ifMatch entityTag: String) async throws {
        try await store.put(
            bytes, to: key(name), options: WriteOptions(precondition: .ifMatch(entityTag: entityTag)))
    }

    func put(_ text: String, _ name: String, ifMatch entityTag: String) async throws {
        try await put(Array(text.utf8), name, ifMatch: entityTag)
    }

    /// The object's entity tag, which stores that replace on condition have.
    func tag(_ name: String) async throws -> String {
        guard let tag = try await store.head(key(name)).entityTag else {
            throw ConformanceFailure(check: check, message: "\(name) has no entity tag")
        }
        return tag
    }

    func text(_ name: String, _ range: Range<Int64>? = nil) async throws -> String {
        String(decoding: try await store.read(key(name), range: range), as: UTF8.self)
    }

    /// Names below the check's folder.
    func names(_ prefix: String = "") async throws -> [String] {
        var names: [String] = []
        for try await object in store.list(prefix: "\(folder)/\(prefix)") {
            names.append(String(decoding: object.key.path.utf8.dropFirst(folder.utf8.count + 1), as: UTF8.self))
        }
        return names
    }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure(check: check, message: message()) }
    }

    func expectEqual<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: String) throws {
        try expect(actual == expected, "\(what): expected \(brief(expected)), got \(brief(actual))")
    }

    /// Expects an ``ObjectStoreError`` with that code whose location names the object.
    func expectError(
        _ code: ObjectStoreError.Code, _ what: String, naming name: String? = nil, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as ObjectStoreError {
            try expect(error.code == code, "\(what): expected the code '\(code)', got \(error)")
            if let name {
                try expect(
                    error.location.contains(name), "\(what): the error's location does not name \(name): \(error)")
            }
            return
        } catch {
            throw ConformanceFailure(check: check, message: "\(what): expected an ObjectStoreError, got \(error)")
        }
        throw ConformanceFailure(check: check, message: "\(what): expected the error '\(code)', but it succeeded")
    }

    func removeAll() async throws {
        var keys: [ObjectKey] = []
        for try await object in store.list(prefix: folder + "/") { keys.append(object.key) }
        for key in keys { try await store.delete(key) }
    }

    /// Reproducible bytes that are neither compressible nor periodic.
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            // Xorshift64* (Vigna 2016).
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return UInt8(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 56)
        }
    }

    private func brief(_ value: some Equatable) -> String {
        let text = "\(value)"
        return text.count <= 300 ? text : "\(text.prefix(300))... (\(text.count) characters)"
    }
}
