import Parallelism

/// The rows that are waiting for the fences, block by block: in memory as long as they fit, then in a temporary file.
package final class BlockStore: Sendable {
    private enum Location: Sendable {
        case memory([UInt64])
        case storage(Int)
    }

    private struct State {
        /// Blocks by number; nil until they arrive.
        var blocks: [(block: PackedBlock, location: Location)?] = []
        var memoryWords = 0
    }

    private let memoryBudget: Int
    private let storage: any SpillStorage
    private let state = Lock(State())
    /// Rows that turned out to be duplicates, by row number, once that is known.
    let rejected: Lock<PagedBitmap?> = Lock(nil)

    /// - Parameter memoryBudget: bytes.
    package init(memoryBudget: Int, storage: any SpillStorage) {
        self.memoryBudget = memoryBudget
        self.storage = storage
    }

    var count: Int { state.withLock { $0.blocks.count } }

    /// Bytes written to the temporary file.
    var spilledBytes: Int {
        state.withLock { state in
            state.blocks.reduce(0) { sum, entry in
                guard let entry, case .storage = entry.location else { return sum }
                return sum + entry.block.wordCount * 8
            }
        }
    }

    /// Adds a block; blocks may come in any order, and from several threads.
    func add(_ block: PackedBlock, number: Int, words: [UInt64]) throws {
        let fits = state.withLock { state in
            guard (state.memoryWords + words.count) * 8 <= memoryBudget else { return false }
            state.memoryWords += words.count
            return true
        }
        let location =
            fits ? Location.memory(words) : .storage(try words.withUnsafeBufferPointer { try storage.append($0) })
        state.withLock { state in
            while state.blocks.count <= number { state.blocks.append(nil) }
            state.blocks[number] = (block, location)
        }
    }

    func block(_ number: Int) -> PackedBlock? {
        state.withLock { $0.blocks[number]?.block }
    }

    /// Calls the body with the words of one column of a block.
    func withColumn<Result>(
        _ index: Int, of number: Int, _ body: (PackedBlock, UnsafePointer<UInt64>) throws -> Result
    ) throws -> Result? {
        guard let (block, location) = state.withLock({ $0.blocks[number] }) else { return nil }
        let column = block.columns[index]
        switch location {
        case .memory(let words):
            return try words.withUnsafeBufferPointer { words in
                guard let base = words.baseAddress else { return try BlockStore.withNothing { try body(block, $0) } }
                return try body(block, base + column.offset)
            }
        case .storage(let position):
            return try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, column.wordCount)) { buffer in
                let words = UnsafeMutableBufferPointer(rebasing: buffer[..<column.wordCount])
                try storage.read(at: position + column.offset, into: words)
                guard let base = buffer.baseAddress else { return nil }
                return try body(block, base)
            }
        }
    }

    /// The positions in a block of rows that turned out to be duplicates, ascending.
    func rejectedRows(of block: PackedBlock) -> [Int] {
        rejected.withLock { bitmap in
            bitmap?.positions(in: Int64(block.firstRow)..<Int64(block.firstRow + block.count)) ?? []
        }
    }

    /// Drops the words of a block that is no longer needed.
    func release(_ number: Int) {
        state.withLock { state in
            guard let (block, location) = state.blocks[number], case .memory(let words) = location else { return }
            state.memoryWords -= words.count
            state.blocks[number] = (block, .memory([]))
        }
    }

    /// Columns of width 0 have no words.
    private static func withNothing<Result>(_ body: (UnsafePointer<UInt64>) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1) { buffer in
            buffer.initialize(repeating: 0)
            return try body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }
}
