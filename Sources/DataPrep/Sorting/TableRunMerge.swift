import Columnar
import Features

/// Merges sorted runs of tables; a heap holds the key of each run's next row.
struct TableRunMerge: Sendable {
    /// Reads a run from the file, a block at a time.
    private struct Cursor: Sendable {
        let run: TableRun
        var block: RecordBatch
        var times: [Int64]
        var nextBlock = 0
        var row = 0
        /// The first row of the block that belongs to the portion that is being made, and its number in there.
        var taken: (first: Int, chunk: Int)?
    }

    private let keys: TableRun.Keys
    private var cursors: [Cursor] = []
    private var heap: [(key: RecordKey, cursor: Int)] = []

    init(_ runs: [TableRun], keys: TableRun.Keys) throws {
        self.keys = keys
        for run in runs where run.blockCount > 0 {
            let block = try run.block(0)
            cursors.append(Cursor(run: run, block: block, times: keys.times(block), nextBlock: 1))
            heap.append((key(cursors.count - 1), cursors.count - 1))
            siftUp(heap.count - 1)
        }
    }

    /// The next rows, at most this many; nil after the last.
    mutating func next(_ limit: Int) throws -> RecordBatch? {
        guard let schema = cursors.first?.block.schema, !heap.isEmpty else { return nil }
        // Rows as the parts of blocks that they come from, and their order among those.
        var chunks: [RecordBatch?] = []
        var order: [(chunk: Int, row: Int)] = []
        while order.count < limit, let index = heap.first?.cursor {
            let row = cursors[index].row
            let taken = cursors[index].taken ?? (row, chunks.count)
            if cursors[index].taken == nil {
                cursors[index].taken = taken
                chunks.append(nil)
            }
            order.append((taken.chunk, row - taken.first))
            try advance(index, &chunks)
        }
        for index in cursors.indices { close(index, &chunks) }
        let parts = chunks.compactMap { $0 }
        var offsets: [Int] = [], count = 0
        for part in parts {
            offsets.append(count)
            count += part.rowCount
        }
        return try RecordBatch.concatenating(parts, schema: schema).take(order.map { offsets[$0.chunk] + $0.row })
    }

    /// Goes to the next row of the run whose row is at the top of the heap.
    private mutating func advance(_ index: Int, _ chunks: inout [RecordBatch?]) throws {
        cursors[index].row += 1
        if cursors[index].row == cursors[index].block.rowCount {
            close(index, &chunks)
            let next = cursors[index].nextBlock
            guard next < cursors[index].run.blockCount else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
                siftDown()
                return
            }
            cursors[index].block = try cursors[index].run.block(next)
            cursors[index].times = keys.times(cursors[index].block)
            cursors[index].nextBlock = next + 1
            cursors[index].row = 0
        }
        heap[0].key = key(index)
        siftDown()
    }

    /// Cuts out the rows of a run's block that belong to the portion.
    private mutating func close(_ index: Int, _ chunks: inout [RecordBatch?]) {
        guard let taken = cursors[index].taken else { return }
        chunks[taken.chunk] = cursors[index].block.slice(taken.first..<cursors[index].row)
        cursors[index].taken = nil
    }

    private func key(_ index: Int) -> RecordKey {
        let row = cursors[index].row
        return RecordKey(
            time: cursors[index].times[row], id: RecordID(keys.id.map { cursors[index].block.columns[$0] }, row: row))
    }

    // MARK: Heap

    /// Equal keys come in the order of the runs, which is that of their rows.
    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].key == heap[right].key
            ? heap[left].cursor < heap[right].cursor : heap[left].key < heap[right].key
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && isBefore(child, first) {
                first = child
            }
            guard first != index else { return }
            heap.swapAt(index, first)
            index = first
        }
    }
}
