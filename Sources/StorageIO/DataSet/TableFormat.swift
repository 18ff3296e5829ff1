/// Table formats whose folders hold files that no longer, or do not yet, belong to the table: a log lists those that
/// do.
enum TableFormat: String, Sendable, Hashable {
    case delta = "Delta Lake"
    case iceberg = "Iceberg"
    case hudi = "Hudi"

    static let deltaLog = "_delta_log"

    /// The table to whose log a file belongs, and the table's folder (with its closing `/`, or empty).
    static func table(ofLogFile path: String) -> (format: TableFormat, root: String)? {
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        func root(_ index: Int) -> String { names[..<index].map { String(decoding: $0, as: UTF8.self) + "/" }.joined() }
        for (index, name) in names.enumerated().dropLast() {
            if name.elementsEqual(deltaLog.utf8) { return (.delta, root(index)) }
            if name.elementsEqual(".hoodie".utf8) { return (.hudi, root(index)) }
        }
        guard names.count >= 2, names[names.count - 2].elementsEqual("metadata".utf8),
            String(decoding: names[names.count - 1], as: UTF8.self).utf8.reversed()
                .starts(with: ".metadata.json".utf8.reversed())
        else { return nil }
        return (.iceberg, root(names.count - 2))
    }

    /// The table that a folder's files belong to: the folder itself, or one that it is a part of.
    static func table(ofFolder folder: String, in store: any ObjectStore) async throws -> (TableFormat, root: String)? {
        if let table = try await firstTable(in: logs(of: folder), store) { return table }
        return try await table(above: folder, in: store)
    }

    /// The table that a folder is a part of: a partition, or where the files are kept.
    static func table(above folder: String, in store: any ObjectStore) async throws -> (TableFormat, root: String)? {
        var names = folder.utf8.split(separator: UInt8(ascii: "/"))[...]
        while let last = names.last, PartitionValue.isPartition(last) { names.removeLast() }
        func key(_ names: some Collection<Substring.UTF8View.SubSequence>) -> String {
            names.map { String(decoding: $0, as: UTF8.self) + "/" }.joined()
        }
        let root = key(names)
        var candidates = root == folder ? [] : logs(of: root)
        if names.last?.elementsEqual("data".utf8) == true { candidates.append(key(names.dropLast()) + "metadata/") }
        return try await firstTable(in: candidates, store)
    }

    private static func logs(of root: String) -> [String] { [root + deltaLog + "/", root + ".hoodie/"] }

    private static func firstTable(
        in folders: [String], _ store: any ObjectStore
    ) async throws -> (TableFormat, root: String)? {
        for folder in folders {
            for try await object in store.list(prefix: folder) {
                if let table = table(ofLogFile: object.key.path) { return table }
            }
        }
        return nil
    }
}
