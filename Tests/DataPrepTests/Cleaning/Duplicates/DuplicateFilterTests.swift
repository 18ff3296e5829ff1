import DataPrep
import Features
import TestSupport
import Testing

@Suite struct DuplicateFilterTests {
    private static func buffer(_ ids: [Int64], amounts: [Int64]? = nil) -> TransactionBuffer {
        let buffer = TransactionBuffer()
        buffer.reserve(ids.count)
        for column in TransactionColumn.allCases { buffer[column].update(repeating: 0, count: ids.count) }
        for (row, id) in ids.enumerated() {
            buffer[.transactionID][row] = id
            if let amounts { buffer[.amount][row] = amounts[row] }
        }
        buffer.setCount(ids.count)
        return buffer
    }

    private static func filter(_ key: CleaningPlan.DuplicateKey, memoryBudget: Int) -> DuplicateFilter {
        DuplicateFilter(key: key, memoryBudget: memoryBudget, storage: SpillFile(folder: nil))
    }

    /// The numbers of rows that turn out to be duplicates at the end; nil when all were found earlier.
    private static func resolved(_ filter: DuplicateFilter, rows: Int) async throws -> [Int]? {
        let store = BlockStore(memoryBudget: 1 << 20, storage: SpillFile(folder: nil))
        return try await filter.resolve(store, threads: 2)?.positions(in: 0..<Int64(rows))
    }

    @Test func idsThatFitIntoMemoryAreDecidedAtOnce() async throws {
        let filter = Self.filter(.transactionID, memoryBudget: 1 << 20)
        #expect(try filter.duplicates(in: Self.buffer([1, 2, 1, -5]), firstRow: 0) == [2])
        #expect(try filter.duplicates(in: Self.buffer([2, 3, -5, 3]), firstRow: 3) == [0, 2, 3])
        #expect(try await Self.resolved(filter, rows: 4) == nil)
    }

    /// Ids far apart take a page each: beyond the budget they are decided at the end, those before at once.
    @Test func idsBeyondTheBudgetAreDecidedAtTheEnd() async throws {
        let filter = Self.filter(.transactionID, memoryBudget: 1 << 16)
        var generator = SeededGenerator(seed: 6)
        var ids = (0..<2_000).map { _ in Int64(truncatingIfNeeded: generator.next()) }
        for row in stride(from: 10, to: 2_000, by: 10) { ids[row] = ids[row / 3] }
        var seen: Set<Int64> = []
        let expected = Set(ids.indices.filter { !seen.insert(ids[$0]).inserted }.map { ids[$0] })

        var firstRow = 0
        var kept: [Int64] = []
        for start in stride(from: 0, to: ids.count, by: 500) {
            let block = Array(ids[start..<start + 500])
            let found = Set(try filter.duplicates(in: Self.buffer(block), firstRow: firstRow))
            kept += block.indices.filter { !found.contains($0) }.map { block[$0] }
            firstRow = kept.count
        }
        let late = Set(try await Self.resolved(filter, rows: kept.count) ?? [])
        #expect(!late.isEmpty && !expected.isEmpty)
        let left = kept.indices.filter { !late.contains($0) }.map { kept[$0] }
        #expect(left.count == Set(ids).count && Set(left) == Set(ids))
        // The first row of each id stays.
        #expect(left == ids.indices.filter { ids[..<$0].firstIndex(of: ids[$0]) == nil }.map { ids[$0] })
    }

    @Test func wholeRowsAreDuplicatesOnlyIfAllValuesAreEqual() async throws {
        let filter = Self.filter(.wholeRow, memoryBudget: 1 << 20)
        #expect(try filter.duplicates(in: Self.buffer([1, 1, 2], amounts: [5, 6, 5]), firstRow: 0).isEmpty)
        #expect(try filter.duplicates(in: Self.buffer([2, 1, 1], amounts: [5, 6, 7]), firstRow: 3).isEmpty)
        #expect(try await Self.resolved(filter, rows: 6) == [3, 4])
    }
}
