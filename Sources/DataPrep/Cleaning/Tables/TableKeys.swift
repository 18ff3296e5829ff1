import Columnar

/// What rows of a cleaning by a schema are compared by to find duplicates.
enum TableKeys {
    /// Ids that are integers, and the rows that have them.
    case integers([Int64], rows: [Int])
    /// Hashes of other ids or of several columns, and their rows.
    case hashed([RowKey], rows: [Int])

    /// The keys of some rows; rows without an id have none.
    /// - Parameter columns: those that are compared.
    init(_ duplicates: TableChecks.Duplicates, _ columns: [Column], rows: [Int]) {
        let rows = duplicates.isByID ? rows.filter { !columns[0].isNull($0) } : rows
        if duplicates.isByInteger {
            switch columns[0].storage {
            case .int32(let values):
                self = .integers(rows.map { Int64(values[$0]) }, rows: rows)
                return
            case .int64(let values):
                self = .integers(rows.map { values[$0] }, rows: rows)
                return
            case .boolean, .float32, .float64, .bytes: break
            }
        }
        var hashes = [RowHash](repeating: RowHash(), count: columns.first?.count ?? 0)
        for column in columns { RowHash.add(column, to: &hashes) }
        self = .hashed(rows.map { hashes[$0].key }, rows: rows)
    }

    /// The rows that have a key.
    var rows: [Int] {
        switch self {
        case .integers(_, let rows), .hashed(_, let rows): rows
        }
    }

    /// The keys as ids that are kept from run to run.
    func ids<ID: KeptID>(_ type: ID.Type) -> [ID] {
        switch self {
        case .integers(let ids, _): ids.map { ID($0) }
        case .hashed(let keys, _):
            keys.map { ID(truncatingIfNeeded: UInt128($0.high) << 64 | UInt128($0.low)) }
        }
    }
}
