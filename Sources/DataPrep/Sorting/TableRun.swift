import Columnar
import Features

/// Sorted rows of tables in a temporary file, block by block.
struct TableRun: Sendable {
    /// The columns that rows are sorted by; nil for those that the tables do not have.
    struct Keys: Sendable {
        let time: Int?
        let id: Int?

        /// The time of each row; 0 where there are none.
        func times(_ table: RecordBatch) -> [Int64] {
            guard let time, case .int64(let values) = table.columns[time].storage else {
                return [Int64](repeating: 0, count: table.rowCount)
            }
            return values
        }
    }

    private struct Block: Sendable {
        let packed: PackedColumns
        /// In words.
        let position: Int
    }

    private let schema: Schema
    private let storage: any SpillStorage
    private let blocks: [Block]

    /// Writes the rows of a table, which are sorted.
    init(_ table: RecordBatch, rowsPerBlock: Int, storage: any SpillStorage) throws {
        schema = table.schema
        self.storage = storage
        blocks = try stride(from: 0, to: table.rowCount, by: rowsPerBlock).map { start in
            let rows = table.slice(start..<min(table.rowCount, start + rowsPerBlock))
            let columns = rows.columns.map(TableColumn.plain)
            let packed = PackedColumns(columns, count: rows.rowCount)
            let position = try packed.pack(columns).withUnsafeBufferPointer { try storage.append($0) }
            return Block(packed: packed, position: position)
        }
    }

    var blockCount: Int { blocks.count }

    func block(_ index: Int) throws -> RecordBatch {
        let block = blocks[index]
        let columns = try schema.fields.indices.map { column -> Column in
            guard case .plain(let values) = try block.packed.column(column, at: block.position, in: storage) else {
                preconditionFailure("only plain columns were written")
            }
            return values
        }
        return try RecordBatch(schema: schema, columns: columns)
    }
}
