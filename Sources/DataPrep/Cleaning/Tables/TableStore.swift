import Columnar
import Parallelism

/// The rows of a cleaning by a schema that are waiting, block by block: in memory as long as they fit, then in a temporary file.
final class TableStore: Sendable {
    /// The rows of one part of a block.
    struct Part: Sendable {
        let count: Int
        /// The number of its first row among all rows read.
        let firstRow: Int
        /// The line of each row, counted from the block's first; nil where they follow one another from `firstLine`.
        let lines: [Int32]?
        let firstLine: Int
        /// Rows that were dropped when the block was read, ascending.
        let dropped: [Int]
        fileprivate var location: Location

        func line(ofRow row: Int) -> Int { lines.map { Int($0[row]) } ?? firstLine + row }
    }

    struct Block: Sendable {
        let input: Int
        /// The line, or row, of the input at the block's line 0.
        let firstLine: Int
        var parts: [Part]

        var waiting: Int { parts.reduce(0) { $0 + $1.count - $1.dropped.count } }
    }

    fileprivate enum Location: Sendable {
        case memory([TableColumn])
        case storage(PackedColumns, Int)
    }

    private struct State {
        /// By number; nil until they arrive.
        var blocks: [Block?] = []
        var memoryBytes = 0
        var spilledBytes = 0
    }

    private let memoryBudget: Int
    private let storage: any SpillStorage
    private let state = Lock(State())
    /// Rows that turned out to be duplicates, by row number, once that is known.
    let rejected: Lock<PagedBitmap?> = Lock(nil)

    /// - Parameter memoryBudget: bytes.
    init(memoryBudget: Int, storage: any SpillStorage) {
        self.memoryBudget = memoryBudget
        self.storage = storage
    }

    var count: Int { state.withLock { $0.blocks.count } }
    var spilledBytes: Int { state.withLock { $0.spilledBytes } }

    /// Adds a block; blocks may come in any order, and from several threads.
    func add(
        _ parts: [(rows: TableRows, firstRow: Int, dropped: [Int])], number: Int, input: Int, firstLine: Int
    ) throws {
        var stored: [Part] = []
        for (rows, firstRow, dropped) in parts {
            stored.append(
                Part(
                    count: rows.count, firstRow: firstRow, lines: rows.lines, firstLine: rows.firstLine,
                    dropped: dropped,
                    location: try store(rows)))
        }
        let block = Block(input: input, firstLine: firstLine, parts: stored)
        state.withLock { state in
            while state.blocks.count <= number { state.blocks.append(nil) }
            state.blocks[number] = block
        }
    }

    private func store(_ rows: TableRows) throws -> Location {
        let packed = PackedColumns(rows.columns, count: rows.count)
        let fits = state.withLock { state in
            guard state.memoryBytes + packed.wordCount * 8 <= memoryBudget else {
                state.spilledBytes += packed.wordCount * 8
                return false
            }
            state.memoryBytes += packed.wordCount * 8
            return true
        }
        guard !fits else { return .memory(rows.columns) }
        let position = try packed.pack(rows.columns).withUnsafeBufferPointer { try storage.append($0) }
        return .storage(packed, position)
    }

    func block(_ number: Int) -> Block? { state.withLock { $0.blocks[number] } }

    /// A column that a rule looks at; such columns are not coded.
    func plain(_ index: Int, of part: Part) throws -> Column {
        guard case .plain(let column) = try self.column(index, of: part) else {
            preconditionFailure("column \(index) is coded")
        }
        return column
    }

    func column(_ index: Int, of part: Part) throws -> TableColumn {
        switch part.location {
        case .memory(let columns): columns[index]
        case .storage(let packed, let position): try packed.column(index, at: position, in: storage)
        }
    }

    /// The rows of a part that turned out to be duplicates, ascending.
    func lateDuplicates(of part: Part) -> [Int] {
        rejected.withLock { bitmap in
            bitmap?.positions(in: Int64(part.firstRow)..<Int64(part.firstRow + part.count)) ?? []
        }
    }

    /// Drops the rows of a block that is no longer needed. Its memory is not given to later blocks: there are none.
    func release(_ number: Int) {
        state.withLock { $0.blocks[number]?.parts = [] }
    }
}
