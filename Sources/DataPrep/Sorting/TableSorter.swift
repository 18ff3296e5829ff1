package import Columnar
import Features

/// Sorts any number of rows of a schema's transactions by time, then id, then row, in bounded memory: sorted runs are
/// stored in a temporary file and merged (D. Knuth, "The Art of Computer Programming", volume 3, 5.4).
package struct TableSorter: Sendable {
    /// Rows in order.
    package struct Portion: Sendable {
        package let table: RecordBatch
        /// The number of each row, from 0 in the order in which they were added.
        package let rows: [Int64]
    }

    /// The column of row numbers beside those of the tables.
    private static let rowColumn = "row"

    private let schema: Schema
    private let keys: TableRun.Keys
    private let memoryLimit: Int
    private let storage: any SpillStorage
    private var waiting: [RecordBatch] = []
    private var waitingBytes = 0
    private var totalBytes = 0
    private var runs: [TableRun] = []
    private var merge: TableRunMerge?
    private var sorted: RecordBatch?
    private var given = 0

    /// The number of rows.
    package private(set) var count: Int64 = 0

    /// - Parameters:
    ///   - schema: of the tables.
    ///   - time: the position of the column of times, in microseconds since 1970-01-01T00:00:00 and without nulls; nil if
    ///     there is none.
    ///   - id: the position of the column of ids; nil if there is none.
    ///   - memoryLimit: about how many bytes rows may use.
    package init(schema: Schema, time: Int?, id: Int?, memoryLimit: Int, storage: any SpillStorage) {
        self.schema = schema
        keys = TableRun.Keys(time: time, id: id)
        self.memoryLimit = memoryLimit
        self.storage = storage
    }

    /// How many runs have gone to the temporary file.
    package var spilledRuns: Int { runs.count }

    /// Adds the rows of a table after all earlier rows.
    /// - Throws: ``CleaningError/temporaryFile(path:operation:message:)``; `ColumnarError` for a table of other columns.
    package mutating func add(_ table: RecordBatch) throws {
        guard table.rowCount > 0 else { return }
        let rows = Column.int64(Array(count..<count + Int64(table.rowCount)))
        let numbered = try RecordBatch(
            schema: Schema(schema.fields + [Field(TableSorter.rowColumn, .int64)]), columns: table.columns + [rows])
        waiting.append(numbered)
        count += Int64(table.rowCount)
        let bytes = PackedColumns(numbered.columns.map(TableColumn.plain), count: numbered.rowCount).wordCount * 8
        waitingBytes += bytes
        totalBytes += bytes
        // Rows are copied twice where they are sorted.
        if waitingBytes > memoryLimit / 3 { try spill() }
    }

    private mutating func spill() throws {
        // Many blocks, of which the merge reads one a run.
        let bytesPerRow = max(1, waitingBytes / max(1, waiting.reduce(0) { $0 + $1.rowCount }))
        let rowsPerBlock = min(1 << 14, max(64, memoryLimit / 1024 / bytesPerRow))
        guard let table = try takeSorted() else { return }
        runs.append(try TableRun(table, rowsPerBlock: rowsPerBlock, storage: storage))
    }

    /// The waiting rows in order.
    private mutating func takeSorted() throws -> RecordBatch? {
        guard let schema = waiting.first?.schema else { return nil }
        let table = try RecordBatch.concatenating(waiting, schema: schema)
        waiting = []
        waitingBytes = 0
        let order = RowOrder.sorted(keys.times(table), ids: keys.id.map { table.columns[$0] })
        return order.map { table.take($0.map(Int.init)) } ?? table
    }

    /// The next rows in order, at most this many; nil after the last. Nothing can be added from the first call on.
    /// - Throws: ``CleaningError/temporaryFile(path:operation:message:)``.
    package mutating func next(_ limit: Int) throws -> Portion? {
        guard !runs.isEmpty else {
            if sorted == nil { sorted = try takeSorted() }
            guard let sorted, given < sorted.rowCount else { return nil }
            let rows = given..<min(sorted.rowCount, given + limit)
            given = rows.upperBound
            return try portion(sorted.slice(rows))
        }
        if merge == nil {
            try spill()
            merge = try TableRunMerge(runs, keys: keys)
        }
        let bytesPerRow = totalBytes / Int(max(1, count))
        let fitting = max(1024, memoryLimit / 4 / max(1, bytesPerRow))
        return try merge?.next(min(limit, fitting)).map(portion)
    }

    private func portion(_ numbered: RecordBatch) throws -> Portion {
        Portion(
            table: try RecordBatch(schema: schema, columns: Array(numbered.columns.dropLast())),
            rows: try numbered.columns.last?.int64Values() ?? [])
    }
}

extension TableSorter {
    /// A sorter that keeps what does not fit into memory in a temporary file.
    /// - Parameter folder: of the file; nil for the system's folder of temporary files.
    package init(schema: Schema, time: Int?, id: Int?, memoryLimit: Int, temporaryFolder folder: String?) {
        self.init(schema: schema, time: time, id: id, memoryLimit: memoryLimit, storage: SpillFile(folder: folder))
    }
}
