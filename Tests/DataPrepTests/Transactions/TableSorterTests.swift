import Columnar
import DataPrep
import Features
import TestSupport
import Testing

/// Rows of a schema's transactions, sorted in memory and through a temporary file.
@Suite struct TableSorterTests {
    private enum IDs: CaseIterable {
        case integers, texts, none
    }

    /// Times occur many times, some rows have no id, some ids occur twice at one time.
    private func table(_ count: Int, ids: IDs, seed: UInt64) throws -> RecordBatch {
        var generator = SeededGenerator(seed: seed)
        let times = (0..<count).map { _ in Int64.random(in: -20...20, using: &generator) * 3_600_000_000 }
        let numbers = (0..<count).map { _ in Int64.random(in: -500...500, using: &generator) }
        let validity = Bitmap((0..<count).map { _ in Int.random(in: 0..<10, using: &generator) > 0 })
        let notes = (0..<count).map { String(repeating: "n", count: Int($0 % 13)) }
        var columns: [(name: String, column: Column)] = [
            ("note", .string(notes, validity: Bitmap((0..<count).map { $0 % 5 > 0 }))), ("time", .int64(times)),
            ("flag", .boolean((0..<count).map { $0 % 3 == 0 })), ("amount", .float64(numbers.map { Double($0) / 8 })),
        ]
        switch ids {
        case .integers: columns.append(("id", .int64(numbers, validity: validity)))
        case .texts: columns.append(("id", .string(numbers.map { "T\($0)" }, validity: validity)))
        case .none: break
        }
        return try RecordBatch(columns)
    }

    private func sorted(
        _ table: RecordBatch, portionRows: Int, memoryLimit: Int
    ) throws -> (table: RecordBatch, rows: [Int64], runs: Int) {
        let folder = try TemporaryFolder()
        var sorter = TableSorter(
            schema: table.schema, time: 1, id: table.columns.count > 4 ? 4 : nil, memoryLimit: memoryLimit,
            temporaryFolder: folder.path(""))
        for start in stride(from: 0, to: table.rowCount, by: portionRows) {
            try sorter.add(table.slice(start..<min(table.rowCount, start + portionRows)))
        }
        try sorter.add(RecordBatch(empty: table.schema))
        #expect(sorter.count == Int64(table.rowCount))
        var portions: [RecordBatch] = [], rows: [Int64] = []
        while let portion = try sorter.next(333) {
            #expect((1...333).contains(portion.table.rowCount) && portion.rows.count == portion.table.rowCount)
            portions.append(portion.table)
            rows += portion.rows
        }
        #expect(try sorter.next(333) == nil)
        return (try .concatenating(portions, schema: table.schema), rows, sorter.spilledRuns)
    }

    @Test(arguments: IDs.allCases, [(1, 9), (120_000, 2), (1 << 30, 0)])
    private func rowsComeByTimeThenIDThenRow(ids: IDs, limit: (bytes: Int, runs: Int)) throws {
        let table = try table(6000, ids: ids, seed: 62)
        let times = try table.columns[1].int64Values()
        func id(_ row: Int) -> (Int, Int64, String) {
            guard ids != .none, !table.columns[4].isNull(row) else { return (0, 0, "") }
            guard case .int64(let values) = table.columns[4].storage else {
                return (1, 0, table.columns[4].text(ofRow: row, limit: 100))
            }
            return (1, values[row], "")
        }
        let expected = (0..<table.rowCount).sorted { left, right in
            let (one, other) = (id(left), id(right))
            return (times[left], one.0, one.1, one.2, left) < (times[right], other.0, other.1, other.2, right)
        }
        let outcome = try sorted(table, portionRows: 700, memoryLimit: limit.bytes)
        #expect(outcome.rows == expected.map { Int64($0) })
        #expect(outcome.table == table.take(expected))
        #expect(limit.runs == 0 ? outcome.runs == 0 : outcome.runs >= limit.runs)
    }

    /// The whole order is that of the features of a table that is computed at once.
    @Test(arguments: IDs.allCases) private func theEngineHasTheSameOrder(ids: IDs) throws {
        let table = try table(500, ids: ids, seed: 63)
        let rows = RowOrder.sorted(
            try table.columns[1].int64Values(), ids: ids == .none ? nil : table.columns[4])
        let outcome = try sorted(table, portionRows: 7, memoryLimit: 1)
        #expect(outcome.rows == rows?.map { Int64($0) })
    }

    @Test func nothingSortedIsNothing() throws {
        let outcome = try sorted(table(0, ids: .texts, seed: 64), portionRows: 10, memoryLimit: 1)
        #expect(outcome.rows.isEmpty && outcome.runs == 0)
    }

    @Test func aFolderThatDoesNotExistIsNamed() throws {
        let table = try table(100, ids: .integers, seed: 65)
        var sorter = TableSorter(
            schema: table.schema, time: 1, id: 4, memoryLimit: 1, temporaryFolder: "/nowhere/at/all")
        let error = try #require(throws: CleaningError.self) { try sorter.add(table) }
        #expect("\(error)".contains("/nowhere/at/all"))
    }
}
