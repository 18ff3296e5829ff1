import Parallelism

/// Keys stored in partitions, by hash, until all are known; a partition then fits into memory, and the first row of
/// each key stays.
final class DeferredDuplicates {
    /// The number of rows that were accepted before keys were stored.
    static let decided = UInt64.max
    private static let partitionBits = 8
    private static let wordsPerKey = 3

    /// Keys in the order of rows: parts in storage, then those in memory.
    private struct Partition {
        var stored: [Range<Int>] = []
        var words: [UInt64] = []

        var wordCount: Int { stored.reduce(words.count) { $0 + $1.count } }
    }

    private let memoryBudget: Int
    private let storage: any SpillStorage
    private var partitions = [Partition](repeating: Partition(), count: 1 << DeferredDuplicates.partitionBits)
    /// The number of words that a partition keeps in memory.
    private let partitionWords: Int

    init(memoryBudget: Int, storage: any SpillStorage) {
        self.memoryBudget = memoryBudget
        self.storage = storage
        // Larger parts would not be written faster.
        let words = min(1 << 17, memoryBudget / 8 / (1 << DeferredDuplicates.partitionBits))
        partitionWords = max(1, words / DeferredDuplicates.wordsPerKey) * DeferredDuplicates.wordsPerKey
    }

    /// Adds the keys of rows, which come in ascending order.
    /// - Parameter key: of a position below `count` the key, and the number of its row.
    func add(count: Int, _ key: (_ position: Int) -> (key: RowKey, row: UInt64)) throws {
        // A local variable is not checked at each access for others that have it.
        var partitions: [Partition] = []
        swap(&partitions, &self.partitions)
        defer { swap(&partitions, &self.partitions) }
        for position in 0..<count {
            let (key, row) = key(position)
            try add(key, row, to: &partitions)
        }
    }

    /// Adds the key of one row.
    func add(_ key: RowKey, row: UInt64) throws { try add(key, row, to: &partitions) }

    @inline(__always)
    private func add(_ key: RowKey, _ row: UInt64, to partitions: inout [Partition]) throws {
        let index = Int(truncatingIfNeeded: key.high >> UInt64(64 - DeferredDuplicates.partitionBits))
        if partitions[index].words.isEmpty { partitions[index].words.reserveCapacity(partitionWords) }
        partitions[index].words.append(key.high)
        partitions[index].words.append(key.low)
        partitions[index].words.append(row)
        if partitions[index].words.count >= partitionWords { try spill(&partitions[index]) }
    }

    /// The numbers of all rows whose key an earlier row has.
    func resolve(threads: Int) throws -> PagedBitmap {
        let duplicates = Lock(PagedBitmap())
        let partitions = partitions, storage = storage
        // What a partition needs in memory: its keys, and a table of positions at most half full.
        let budget = max(1 << 20, memoryBudget / max(1, threads) / 2)
        try parallelForThrowing(count: partitions.count, threads: threads) { index in
            let partition = partitions[index]
            let rounds = max(1, (partition.wordCount * 8 * 2 + budget - 1) / budget)
            for round in 0..<rounds {
                let found = try DeferredDuplicates.duplicates(in: partition, storage, round: round, of: rounds)
                guard !found.isEmpty else { continue }
                duplicates.withLock { bitmap in
                    for row in found { _ = bitmap.insert(Int64(row)) }
                }
            }
        }
        return duplicates.withLock { $0 }
    }

    private func spill(_ partition: inout Partition) throws {
        let position = try partition.words.withUnsafeBufferPointer { try storage.append($0) }
        partition.stored.append(position..<position + partition.words.count)
        partition.words.removeAll(keepingCapacity: true)
    }

    /// The duplicates among a part of a partition's keys.
    private static func duplicates(
        in partition: Partition, _ storage: any SpillStorage, round: Int, of rounds: Int
    ) throws -> [UInt64] {
        var keys: [UInt64] = []
        keys.reserveCapacity(partition.wordCount / rounds + 1024)
        func take(_ words: UnsafeBufferPointer<UInt64>) {
            for start in stride(from: 0, to: words.count, by: wordsPerKey)
            where rounds == 1 || Int(words[start] & 0xFFFF_FFFF) % rounds == round {
                keys.append(contentsOf: words[start..<start + wordsPerKey])
            }
        }
        for part in partition.stored {
            let words = try [UInt64](unsafeUninitializedCapacity: part.count) { buffer, count in
                buffer.initialize(repeating: 0)
                count = part.count
                try storage.read(at: part.lowerBound, into: UnsafeMutableBufferPointer(rebasing: buffer[..<part.count]))
            }
            words.withUnsafeBufferPointer(take)
        }
        partition.words.withUnsafeBufferPointer(take)
        return repeated(keys)
    }

    /// Rows of keys that an earlier key in the list equals.
    private static func repeated(_ keys: [UInt64]) -> [UInt64] {
        let count = keys.count / wordsPerKey
        var slots = 16
        while slots < count * 2 { slots *= 2 }
        var table = [UInt32](repeating: .max, count: slots)
        var found: [UInt64] = []
        for key in 0..<count {
            let high = keys[key * wordsPerKey], low = keys[key * wordsPerKey + 1]
            var slot = KeySlots.first(of: high, slots: slots)
            while table[slot] != .max {
                let other = Int(table[slot]) * wordsPerKey
                if keys[other] == high, keys[other + 1] == low {
                    let row = keys[key * wordsPerKey + 2]
                    if row != decided { found.append(row) }
                    break
                }
                slot = (slot + 1) & (slots - 1)
            }
            if table[slot] == .max { table[slot] = UInt32(key) }
        }
        return found
    }
}

/// The first slot of a key in a table.
package enum KeySlots {
    /// Mixes all bits of a key: keys in the same part of a partition agree in some.
    /// - Parameter slots: a power of 2 of at most 2^44.
    package static func first(of key: UInt64, slots: Int) -> Int {
        // Swift shifts before it multiplies.
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & (slots - 1)
    }
}
