/// A sorted run in a temporary file.
struct SpilledRun: Sendable {
    /// In words.
    let position: Int
    /// Rows.
    let count: Int
}

/// Merges sorted runs; a heap holds each run's next row.
struct RunMerge: Sendable {
    /// Reads a run from the file, some rows at a time.
    private struct Cursor: Sendable {
        let run: SpilledRun
        var rows: [SortedTransaction] = []
        var next = 0
        var read = 0
    }

    private let storage: any SpillStorage
    private let rowsPerRead: Int
    private var cursors: [Cursor]
    private var heap: [(row: SortedTransaction, cursor: Int)] = []

    init(_ runs: [SpilledRun], rowsPerRead: Int, storage: any SpillStorage) throws {
        self.storage = storage
        self.rowsPerRead = rowsPerRead
        cursors = runs.map { Cursor(run: $0) }
        for cursor in cursors.indices {
            guard let row = try advance(cursor) else { continue }
            heap.append((row, cursor))
            siftUp(heap.count - 1)
        }
    }

    mutating func next() throws -> SortedTransaction? {
        guard let first = heap.first else { return nil }
        if let row = try advance(first.cursor) {
            heap[0].row = row
        } else {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        siftDown()
        return first.row
    }

    /// The next row of a run.
    private mutating func advance(_ index: Int) throws -> SortedTransaction? {
        if cursors[index].next == cursors[index].rows.count {
            let run = cursors[index].run, start = cursors[index].read
            let count = min(rowsPerRead, run.count - start)
            guard count > 0 else { return nil }
            let words = SortedTransaction.words
            cursors[index].rows = try [SortedTransaction](unsafeUninitializedCapacity: count) { rows, initialized in
                try UnsafeMutableRawBufferPointer(rows).withMemoryRebound(to: UInt64.self) { target in
                    try storage.read(
                        at: run.position + start * words,
                        into: UnsafeMutableBufferPointer(rebasing: target[..<(count * words)]))
                }
                initialized = count
            }
            cursors[index].next = 0
            cursors[index].read += count
        }
        defer { cursors[index].next += 1 }
        return cursors[index].rows[cursors[index].next]
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].row < heap[parent].row else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                if heap[child].row < heap[least].row { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
