import Features
import Essentials
import Parallelism

/// Decides which rows repeat an earlier one. ``duplicates(in:firstRow:)`` is called by one thread at a time, in input
/// order; ``resolve(_:threads:)`` once, when all rows are in the store.
protocol RepeatedRows: Sendable {
    /// The positions of duplicates in the buffer, ascending; empty while they are not known.
    /// - Parameter firstRow: the number of the buffer's first row. Numbers count the remaining rows of buffers.
    func duplicates(in buffer: TransactionBuffer, firstRow: Int) throws -> [Int]

    /// The numbers of rows that turned out to be duplicates; nil when all were found earlier.
    func resolve(_ store: BlockStore, threads: Int) async throws -> PagedBitmap?
}

/// Finds rows whose key was seen before, in input order, within a memory budget.
///
/// transaction_ids mostly follow one another, so a paged bitmap of those seen decides at once. When the pages outgrow
/// the budget (ids far apart), and for whole rows, keys are stored instead and decided after the last row.
///
/// `@unchecked Sendable` invariant: one thread at a time calls it, in input order. ``BlockProcessor`` calls it behind its
/// sequencer, ``CleaningRun`` when all blocks are through.
package final class DuplicateFilter: RepeatedRows, @unchecked Sendable {
    private let key: CleaningPlan.DuplicateKey
    private let memoryBudget: Int
    private var seen: PagedBitmap?
    private var deferred: DeferredDuplicates?
    private let storage: any SpillStorage

    package init(key: CleaningPlan.DuplicateKey, memoryBudget: Int, storage: any SpillStorage) {
        self.key = key
        self.memoryBudget = memoryBudget
        self.storage = storage
        switch key {
        case .transactionID: seen = PagedBitmap()
        case .wholeRow: deferred = DeferredDuplicates(memoryBudget: memoryBudget, storage: storage)
        }
    }

    package func duplicates(in buffer: TransactionBuffer, firstRow: Int) throws -> [Int] {
        // Numbers are those of the rows that stay.
        func number(_ row: Int, _ found: Int) -> Int { firstRow + row - found }
        return switch key {
        case .transactionID: try duplicates(of: buffer[.transactionID], count: buffer.count, number: number)
        case .wholeRow: try duplicates(count: buffer.count, key: { RowKey(row: $0, of: buffer) }, number: number)
        }
    }

    /// The positions of keys that an earlier key equals, ascending, as far as that is known yet.
    /// - Parameter number: the number of the row at a position, after which so many duplicates were found.
    func duplicates(
        of ids: UnsafePointer<Int64>, count: Int, number: (_ position: Int, _ found: Int) -> Int
    ) throws -> [Int] {
        var found: [Int] = []
        var row = 0
        if let seen {
            while row < count, seen.byteCount <= memoryBudget {
                let end = min(count, row + 256)
                for row in row..<end where !seen.insert(ids[row]) { found.append(row) }
                row = end
            }
            if seen.byteCount > memoryBudget { try beginDeferring(seen) }
        }
        guard let deferred else { return found }
        let start = row
        try deferred.add(count: count - start) { position in
            (RowKey(id: ids[start + position]), UInt64(number(start + position, found.count)))
        }
        return found
    }

    /// The same for keys that are decided after the last row.
    func duplicates(
        count: Int, key: (_ position: Int) -> RowKey, number: (_ position: Int, _ found: Int) -> Int
    ) throws -> [Int] {
        guard let deferred else { return [] }
        try deferred.add(count: count) { (key($0), UInt64(number($0, 0))) }
        return []
    }

    package func resolve(_ store: BlockStore, threads: Int) async throws -> PagedBitmap? {
        try await resolve(threads: threads)
    }

    /// The numbers of rows that turned out to be duplicates; nil when all were found earlier.
    func resolve(threads: Int) async throws -> PagedBitmap? {
        try await onDedicatedThread(named: "clean") { _ in
            self.seen = nil
            defer { self.deferred = nil }
            return try self.deferred?.resolve(threads: threads)
        }
    }

    /// All ids so far are in the set, each accepted once: they come before every row that is not decided yet.
    private func beginDeferring(_ seen: PagedBitmap) throws {
        let deferred = DeferredDuplicates(memoryBudget: memoryBudget, storage: storage)
        try seen.forEach { try deferred.add(RowKey(id: $0), row: DeferredDuplicates.decided) }
        self.seen = nil
        self.deferred = deferred
    }
}

/// The key that duplicates share.
struct RowKey {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(id: Int64) {
        high = SplitMix64.mixed(UInt64(bitPattern: id) &+ SplitMix64.increment)
        low = UInt64(bitPattern: id)
    }

    /// Two independent 64-bit hashes of the nine values. The probability that two different rows of a set of two
    /// billion share both is below 10^-19.
    init(row: Int, of buffer: TransactionBuffer) {
        var high: UInt64 = 0x243F_6A88_85A3_08D3, low: UInt64 = 0x1319_8A2E_0370_7344
        for column in buffer.columns[..<TransactionBuffer.lineColumn] {
            let value = UInt64(bitPattern: column[row])
            high = SplitMix64.mixed((high ^ value) &+ SplitMix64.increment)
            low = SplitMix64.mixed((low ^ value) &+ 0xD1B5_4A32_D192_ED03)
        }
        self.high = high
        self.low = low
    }
}
