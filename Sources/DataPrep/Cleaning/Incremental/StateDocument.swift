import Essentials
import StorageIO

/// A JSON document with a version, and with a checksum over its own bytes, so that damage is noticed.
struct StateDocument<Content: Codable & Sendable>: Sendable {
    /// The format of the document.
    let format: String
    /// The highest version that is read.
    private static var version: Int { 2 }

    private struct Head: Codable {
        var format: String
        var version: Int
    }

    private struct Body: Codable {
        var content: Content
        var format: String
        var sha256: String
        var version: Int
    }

    private static var noSum: String { String(repeating: "0", count: 64) }

    func encoded(_ content: Content, version: Int) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let body = Body(content: content, format: format, sha256: Self.noSum, version: version)
        var bytes = Array(try encoder.encode(body))
        bytes.append(UInt8(ascii: "\n"))
        guard let range = Self.sumRange(in: bytes, Self.noSum) else { return bytes }
        bytes.replaceSubrange(range, with: Digests.sha256(bytes).utf8)
        return bytes
    }

    /// - Parameter name: of the object, for messages.
    func decoded(_ bytes: [UInt8], name: String) throws -> Content {
        func damaged(_ reason: String) -> IncrementalCleaningError { .damagedState(object: name, reason: reason) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let head = try? decoder.decode(Head.self, from: Data(bytes)), head.format == format else {
            throw damaged("it is not a document of format \(format)")
        }
        guard head.version <= Self.version else {
            throw IncrementalCleaningError.newerState(object: name, version: head.version, known: Self.version)
        }
        guard let body = try? decoder.decode(Body.self, from: Data(bytes)) else {
            throw damaged("something is missing in it")
        }
        var blank = bytes
        guard let range = Self.sumRange(in: bytes, body.sha256) else { throw damaged("its checksum is missing") }
        blank.replaceSubrange(range, with: Self.noSum.utf8)
        guard Digests.sha256(blank) == body.sha256 else { throw damaged("its checksum does not match") }
        return body.content
    }

    /// The position of the checksum: after the content, which is sorted before it, so it is the last text of its kind.
    private static func sumRange(in bytes: [UInt8], _ sum: String) -> Range<Int>? {
        let wanted = Array("\"\(sum)\"".utf8)
        guard wanted.count == noSum.utf8.count + 2, bytes.count >= wanted.count else { return nil }
        for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
        where bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted) {
            return start + 1..<start + wanted.count - 1
        }
        return nil
    }
}

extension IncrementalState {
    /// The version of a document that holds it: programs that do not know of schemas must not read a state that has one.
    fileprivate var formatVersion: Int { tablePlan == nil ? 1 : 2 }
}

extension IncrementalFolder {
    private static let states = StateDocument<IncrementalState>(format: "antifraud-incremental-cleaning")
    private static let pendingRuns = StateDocument<PendingRun>(format: "antifraud-incremental-run")

    /// Nil before the first run.
    func readState() async throws -> IncrementalState? {
        let key = try state
        return try await read(key).map { try Self.states.decoded($0, name: store.root + key.path) }
    }

    func write(_ state: IncrementalState) async throws {
        try await store.put(Self.states.encoded(state, version: state.formatVersion), to: self.state)
    }

    /// Nil unless a run was killed around the time its file was published.
    func readPending() async throws -> PendingRun? {
        let key = try pending
        return try await read(key).map { try Self.pendingRuns.decoded($0, name: store.root + key.path) }
    }

    func write(_ pending: PendingRun) async throws {
        try await store.put(Self.pendingRuns.encoded(pending, version: pending.state.formatVersion), to: self.pending)
    }

    private func read(_ key: ObjectKey) async throws -> [UInt8]? {
        do {
            return try await store.read(key)
        } catch let error as ObjectStoreError where error.code == .notFound {
            return nil
        }
    }
}
