import Essentials

/// The log of a Delta Lake table: commits in JSON that add files and remove them.
///
/// What the log says in other forms is refused with its name: checkpoints, deletion vectors, mapped columns.
struct DeltaLog: Sendable {
    /// The table's files, by key, with the values that all rows of a file share.
    private(set) var files: [ObjectKey: [PartitionValue]] = [:]
    private let folder: String
    private let root: String

    /// - Parameters:
    ///   - root: The table's folder in the store, with its closing `/` or empty.
    ///   - log: The files of its `_delta_log`, in any order.
    /// - Throws: ``DataSetError/unsupportedTable(folder:format:reason:)``; what the store throws.
    init(root: String, log: [ObjectMetadata], in store: any ObjectStore) async throws {
        self.root = root
        folder = store.root + root
        let commits = log.compactMap { object in Self.version(ofCommit: object.key.name).map { ($0, object) } }
            .sorted { $0.0 < $1.0 }
        guard !commits.isEmpty else { throw unsupported("its log has no commits in JSON") }
        for (expected, (version, object)) in commits.enumerated() {
            guard version == expected else {
                throw unsupported(
                    "version \(expected) of its log is only in a checkpoint, and checkpoints are not read")
            }
            try apply(try await store.read(object.key), of: object.key.name)
        }
    }

    private static func version(ofCommit name: String) -> Int? {
        let name = name.utf8
        guard name.count == 25, name.reversed().starts(with: ".json".utf8.reversed()) else { return nil }
        return Int(String(decoding: name.prefix(20), as: UTF8.self))
    }

    private struct Action: Decodable {
        struct Add: Decodable {
            struct DeletionVector: Decodable {}
            var path: String
            var partitionValues: [String: String?]?
            var deletionVector: DeletionVector?
        }
        struct Remove: Decodable { var path: String }
        struct Metadata: Decodable { var configuration: [String: String?]? }
        struct Requirements: Decodable {
            var minReaderVersion: Int
            var readerFeatures: [String]?
        }
        var add: Add?
        var remove: Remove?
        var metaData: Metadata?
        var `protocol`: Requirements?
    }

    /// Features that a reader of commits and whole files can ignore, or that are checked separately.
    private static let knownFeatures: Set<String> = [
        "columnMapping", "deletionVectors", "timestampNtz", "typeWidening", "typeWidening-preview", "v2Checkpoint",
        "vacuumProtocolCheck",
    ]

    private mutating func apply(_ commit: [UInt8], of name: String) throws {
        var actions: [Action] = []
        for line in commit.split(separator: UInt8(ascii: "\n")) {
            do {
                actions.append(try JSONDecoder().decode(Action.self, from: Data(line)))
            } catch { throw unsupported("\(TableFormat.deltaLog)/\(name) holds a line that is not readable JSON") }
        }
        // A commit is a set: a file that it both removes and adds is there afterwards.
        for remove in actions.lazy.compactMap(\.remove) { files[try key(remove.path)] = nil }
        for action in actions {
            if let requirements = action.protocol { try check(requirements) }
            if let mode = action.metaData?.configuration?["delta.columnMapping.mode"] ?? nil, mode != "none" {
                throw unsupported("its columns have other names in its files (column mapping)")
            }
            guard let add = action.add else { continue }
            guard add.deletionVector == nil else {
                throw unsupported("rows of \(add.path) are deleted by a deletion vector, and those are not read")
            }
            files[try key(add.path)] = (add.partitionValues ?? [:]).sorted { $0.key < $1.key }.map { name, value in
                PartitionValue(name: name, value: value?.isEmpty ?? true ? nil : value)
            }
        }
    }

    private func check(_ requirements: Action.Requirements) throws {
        guard requirements.minReaderVersion <= 3 else {
            throw unsupported("it requires readers of version \(requirements.minReaderVersion)")
        }
        if let feature = requirements.readerFeatures?.first(where: { !Self.knownFeatures.contains($0) }) {
            throw unsupported("it requires readers that support '\(feature)'")
        }
    }

    /// Paths are URIs, relative to the table.
    private func key(_ path: String) throws -> ObjectKey {
        guard let path = PercentEncoding.decode(path, plusIsSpace: false), path.utf8.first != UInt8(ascii: "/"),
            !path.utf8.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":"))
        else { throw unsupported("it has files outside its folder (\(path))") }
        return try ObjectKey(root + path)
    }

    private func unsupported(_ reason: String) -> DataSetError {
        .unsupportedTable(folder: folder, format: TableFormat.delta.rawValue, reason: reason)
    }
}
