import Columnar

/// Decides which rows of a cleaning by a schema repeat an earlier one. ``duplicates(_:number:)`` is called by one thread at a time,
/// in input order; ``resolve(_:threads:)`` once, when all rows are in the store.
protocol TableDuplicates: Sendable {
    /// The rows that are known to repeat earlier ones, ascending.
    /// - Parameter number: the number of a row among all.
    func duplicates(_ keys: TableKeys, number: (_ row: Int) -> Int) throws -> [Int]

    /// The numbers of rows that turned out to be duplicates; nil when all were found earlier.
    func resolve(_ store: TableStore, threads: Int) async throws -> PagedBitmap?
}

extension DuplicateFilter: TableDuplicates {
    func duplicates(_ keys: TableKeys, number: (_ row: Int) -> Int) throws -> [Int] {
        switch keys {
        case .integers(let ids, let rows):
            return try ids.withUnsafeBufferPointer { ids in
                guard let base = ids.baseAddress else { return [] }
                return try duplicates(of: base, count: ids.count) { position, _ in number(rows[position]) }
                    .map { rows[$0] }
            }
        case .hashed(let keys, let rows):
            return try duplicates(count: keys.count, key: { keys[$0] }) { position, _ in number(rows[position]) }
                .map { rows[$0] }
        }
    }

    func resolve(_ store: TableStore, threads: Int) async throws -> PagedBitmap? { try await resolve(threads: threads) }
}

/// Duplicates of rows of the same and of earlier runs.
struct KeptTableIDs<ID: KeptID>: TableDuplicates {
    let kept: KeptIDs<ID>
    let check: TableChecks.Duplicates

    func duplicates(_ keys: TableKeys, number: (_ row: Int) -> Int) throws -> [Int] {
        let ids = keys.ids(ID.self), rows = keys.rows
        return kept.duplicates(count: ids.count) { ids[$0] }.map { rows[$0] }
    }

    func resolve(_ store: TableStore, threads: Int) async throws -> PagedBitmap? {
        try await kept.resolve(TableRowIDs(store: store, check: check))
    }
}

private struct TableRowIDs<ID: KeptID>: IdentifiedRows {
    let store: TableStore
    let check: TableChecks.Duplicates

    var blockCount: Int { store.count }

    func forEachID(ofBlock number: Int, _ body: (_ id: ID, _ row: Int64) throws -> Void) throws {
        for part in store.block(number)?.parts ?? [] {
            let columns = try check.columns.map { try store.plain($0, of: part) }
            var dropped = part.dropped[...]
            let waiting = (0..<part.count).filter { row in
                guard dropped.first == row else { return true }
                dropped.removeFirst()
                return false
            }
            let keys = TableKeys(check, columns, rows: waiting)
            for (id, row) in zip(keys.ids(ID.self), keys.rows) { try body(id, Int64(part.firstRow + row)) }
        }
    }
}
