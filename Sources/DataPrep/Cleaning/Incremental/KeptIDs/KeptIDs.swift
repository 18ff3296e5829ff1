import Features
import Parallelism
import StorageIO

/// Finds rows whose transaction_id an earlier run or an earlier row has, within a memory budget, and writes the new ids
/// to a file.
///
/// While rows are read, a paged bitmap finds those that repeat within the run. When it outgrows the budget (ids far
/// apart), the ids of all rows are sorted in parts in temporary storage once they have been read. Either way the run's
/// ids come out in ascending order, and are compared with the blocks of earlier runs' files that cover the same ids.
///
/// `@unchecked Sendable` invariant: one thread at a time calls it, in input order, as ``RepeatedRows`` requires of its callers.
final class KeptIDs: RepeatedRows, @unchecked Sendable {
    /// The number of pages of ids that are compared at a time.
    private static let pagesAtOnce = 16

    private let earlier: [KeptIDsFile]
    private let writer: KeptIDsWriter
    private let memoryBudget: Int
    private let storage: any SpillStorage
    private var seen: PagedBitmap? = PagedBitmap()

    init(earlier: [KeptIDsFile], writer: KeptIDsWriter, memoryBudget: Int, storage: any SpillStorage) {
        self.earlier = earlier
        self.writer = writer
        self.memoryBudget = memoryBudget
        self.storage = storage
    }

    func duplicates(in buffer: TransactionBuffer, firstRow: Int) throws -> [Int] {
        guard let seen else { return [] }
        var found: [Int] = []
        let ids = buffer[.transactionID]
        var row = 0
        while row < buffer.count {
            guard seen.byteCount <= memoryBudget else {
                // The duplicates found so far are right; the rows that passed are checked again at the end.
                self.seen = nil
                break
            }
            let end = min(buffer.count, row + 256)
            for row in row..<end where !seen.insert(ids[row]) { found.append(row) }
            row = end
        }
        return found
    }

    func resolve(_ store: BlockStore, threads: Int) async throws -> PagedBitmap? {
        guard let seen else { return try await resolveSorted(store) }
        let known = try await compare(seen)
        self.seen = nil
        guard !known.isEmpty else { return nil }
        return try await onDedicatedThread(named: "clean") { cancellation in
            let rows = PagedBitmap()
            for number in 0..<store.count {
                try cancellation.check()
                try store.forEachID(ofBlock: number) { id, row in
                    if known.contains(id) { _ = rows.insert(row) }
                }
            }
            return rows
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
                var ids: [IDInterval] = []
                for page in some {
                    for interval in seen.intervals(ofPage: page) { IDIntervals.append(interval, to: &ids) }
                }
                return ids
            }
            let found = try await self.found(in: ids)
            try await BlockingPool.files.run {
                for interval in found { for id in interval.first...interval.last { _ = known.insert(id) } }
            }
            try await writer.append(IDIntervals.subtracting(found, from: ids))
        }
        return known
    }

    private func resolveSorted(_ store: BlockStore) async throws -> PagedBitmap? {
        let sorted = SortedIDs(memoryBudget: memoryBudget, storage: storage)
        try await onDedicatedThread(named: "clean") { cancellation in
            for number in 0..<store.count {
                try cancellation.check()
                try store.forEachID(ofBlock: number) { try sorted.add(id: $0, row: $1) }
            }
            try sorted.endAdding()
        }
        let rows = PagedBitmap()
        while let batch = try await onDedicatedThread(named: "clean", { _ in try sorted.next(repeated: rows) }) {
            try Task.checkCancellation()
            var ids: [IDInterval] = []
            for entry in batch { IDIntervals.append(IDInterval(first: entry.id, last: entry.id), to: &ids) }
            let found = try await self.found(in: ids)
            var position = 0
            for entry in batch where position < found.count {
                while position < found.count, found[position].last < entry.id { position += 1 }
                if position < found.count, found[position].first <= entry.id { _ = rows.insert(entry.row) }
            }
            try await writer.append(IDIntervals.subtracting(found, from: ids))
        }
        return rows.isEmpty ? nil : rows
    }

    /// The ids that an earlier run has; no two runs' files share one.
    private func found(in ids: [IDInterval]) async throws -> [IDInterval] {
        var found: [IDInterval] = []
        for file in earlier { found += try await file.intersection(with: ids) }
        return found.sorted { $0.first < $1.first }
    }
}

extension BlockStore {
    /// Calls the body with the transaction_id and the number of each row of a block.
    func forEachID(ofBlock number: Int, _ body: (_ id: Int64, _ row: Int64) throws -> Void) throws {
        _ = try withColumn(TransactionColumn.transactionID.index, of: number) { block, words in
            try withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, block.count)) { ids in
                guard let base = ids.baseAddress else { return }
                block.unpack(TransactionColumn.transactionID.index, from: words, into: base)
                for row in 0..<block.count { try body(base[row], Int64(block.firstRow + row)) }
            }
        }
    }
}
