import Features
import Parallelism
import StorageIO

/// Rows that are waiting, with what they are known by.
protocol IdentifiedRows<ID>: Sendable {
    associatedtype ID: KeptID

    /// How many blocks there are.
    var blockCount: Int { get }

    /// Calls the body with the id and the number of each row of a block; not with rows that have no id.
    func forEachID(ofBlock number: Int, _ body: (_ id: ID, _ row: Int64) throws -> Void) throws
}

/// Finds rows whose id an earlier run or an earlier row has, within a memory budget, and writes the new ids to a file.
///
/// While rows are read, a paged bitmap finds those of 64 bits that repeat within the run. When it outgrows the budget (ids far
/// apart), and for ids of 128 bits, the ids of all rows are sorted in parts in temporary storage once they have been read. Either
/// way the run's ids come out in ascending order, and are compared with the blocks of earlier runs' files that cover the same ids.
///
/// `@unchecked Sendable` invariant: one thread at a time calls it, in input order, as ``RepeatedRows`` requires of its callers.
final class KeptIDs<ID: KeptID>: @unchecked Sendable {
    /// The number of pages of ids that are compared at a time.
    private static var pagesAtOnce: Int { 16 }

    private let earlier: [KeptIDsFile<ID>]
    private let writer: KeptIDsWriter<ID>
    private let memoryBudget: Int
    private let storage: any SpillStorage
    private var seen: PagedBitmap?

    init(earlier: [KeptIDsFile<ID>], writer: KeptIDsWriter<ID>, memoryBudget: Int, storage: any SpillStorage) {
        self.earlier = earlier
        self.writer = writer
        self.memoryBudget = memoryBudget
        self.storage = storage
        seen = ID.bitWidth == 64 ? PagedBitmap() : nil
    }

    /// The positions of ids that an earlier one of the run equals, ascending, as far as that is known yet.
    func duplicates(count: Int, id: (_ position: Int) -> ID) -> [Int] {
        guard let seen else { return [] }
        var found: [Int] = []
        var row = 0
        while row < count {
            guard seen.byteCount <= memoryBudget else {
                // The duplicates found so far are right; the rows that passed are checked again at the end.
                self.seen = nil
                break
            }
            let end = min(count, row + 256)
            for row in row..<end where !seen.insert(Int64(truncatingIfNeeded: id(row))) { found.append(row) }
            row = end
        }
        return found
    }

    /// The numbers of waiting rows that repeat others, or rows of earlier runs; nil without any.
    func resolve(_ rows: some IdentifiedRows<ID>) async throws -> PagedBitmap? {
        guard let seen else { return try await resolveSorted(rows) }
        let known = try await compare(seen)
        self.seen = nil
        guard !known.isEmpty else { return nil }
        return try await onDedicatedThread(named: "clean") { cancellation in
            let repeated = PagedBitmap()
            for number in 0..<rows.blockCount {
                try cancellation.check()
                try rows.forEachID(ofBlock: number) { id, row in
                    if known.contains(Int64(truncatingIfNeeded: id)) { _ = repeated.insert(row) }
                }
            }
            return repeated
        }
    }

    /// Writes the ids that no earlier run has.
    /// - Returns: the others.
    private func compare(_ seen: PagedBitmap) async throws -> PagedBitmap {
        let known = PagedBitmap()
        var pages = seen.pageNumbers[...]
        while !pages.isEmpty {
            try Task.checkCancellation()
            let some = pages.prefix(Self.pagesAtOnce)
            pages = pages.dropFirst(some.count)
            let ids = try await BlockingPool.files.run {
                var ids: [IDInterval<ID>] = []
                for page in some {
                    for interval in seen.intervals(ofPage: page) {
                        IDIntervals.append(IDInterval(first: ID(interval.first), last: ID(interval.last)), to: &ids)
                    }
                }
                return ids
            }
            let found = try await self.found(in: ids)
            try await BlockingPool.files.run {
                for interval in found {
                    for id in interval.first...interval.last { _ = known.insert(Int64(truncatingIfNeeded: id)) }
                }
            }
            try await writer.append(IDIntervals.subtracting(found, from: ids))
        }
        return known
    }

    private func resolveSorted(_ rows: some IdentifiedRows<ID>) async throws -> PagedBitmap? {
        let sorted = SortedIDs<ID>(memoryBudget: memoryBudget, storage: storage)
        try await onDedicatedThread(named: "clean") { cancellation in
            for number in 0..<rows.blockCount {
                try cancellation.check()
                try rows.forEachID(ofBlock: number) { try sorted.add(id: $0, row: $1) }
            }
            try sorted.endAdding()
        }
        let repeated = PagedBitmap()
        while let batch = try await onDedicatedThread(named: "clean", { _ in try sorted.next(repeated: repeated) }) {
            try Task.checkCancellation()
            var ids: [IDInterval<ID>] = []
            for entry in batch { IDIntervals.append(IDInterval(first: entry.id, last: entry.id), to: &ids) }
            let found = try await self.found(in: ids)
            var position = 0
            for entry in batch where position < found.count {
                while position < found.count, found[position].last < entry.id { position += 1 }
                if position < found.count, found[position].first <= entry.id { _ = repeated.insert(entry.row) }
            }
            try await writer.append(IDIntervals.subtracting(found, from: ids))
        }
        return repeated.isEmpty ? nil : repeated
    }

    /// The ids that an earlier run has; no two runs' files share one.
    private func found(in ids: [IDInterval<ID>]) async throws -> [IDInterval<ID>] {
        var found: [IDInterval<ID>] = []
        for file in earlier { found += try await file.intersection(with: ids) }
        return found.sorted { $0.first < $1.first }
    }
}

/// The transaction_ids of a data set of the nine columns.
struct KeptTransactionIDs: RepeatedRows {
    let kept: KeptIDs<Int64>

    func duplicates(in buffer: TransactionBuffer, firstRow: Int) throws -> [Int] {
        let ids = buffer[.transactionID]
        return kept.duplicates(count: buffer.count) { ids[$0] }
    }

    func resolve(_ store: BlockStore, threads: Int) async throws -> PagedBitmap? {
        try await kept.resolve(BlockIDs(store: store))
    }
}

private struct BlockIDs: IdentifiedRows {
    let store: BlockStore

    var blockCount: Int { store.count }

    func forEachID(ofBlock number: Int, _ body: (_ id: Int64, _ row: Int64) throws -> Void) throws {
        _ = try store.withColumn(TransactionColumn.transactionID.index, of: number) { block, words in
            try withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, block.count)) { ids in
                guard let base = ids.baseAddress else { return }
                block.unpack(TransactionColumn.transactionID.index, from: words, into: base)
                for row in 0..<block.count { try body(base[row], Int64(block.firstRow + row)) }
            }
        }
    }
}
