import DataPrep
import Features
import TestSupport
import Testing

@Suite struct TransactionSorterTests {
    /// The rows' numbers in the order in which a sorter gives them.
    private func sorted(_ transactions: [Transaction], memoryLimit: Int) throws -> (rows: [Int64], runs: Int) {
        let folder = try TemporaryFolder()
        var sorter = TransactionSorter(memoryLimit: memoryLimit, temporaryFolder: folder.path(""))
        for start in stride(from: 0, to: transactions.count, by: 700) {
            try sorter.add(TransactionColumns(transactions[start..<min(transactions.count, start + 700)]))
        }
        #expect(sorter.count == Int64(transactions.count))
        var rows: [Int64] = []
        while true {
            let portion = try sorter.next(333)
            guard !portion.isEmpty else { break }
            rows += portion.map(\.row)
            let columns = TransactionColumns(portion)
            for (index, row) in portion.enumerated() {
                let transaction = transactions[Int(row.row)]
                #expect(columns.dateTime[index] == transaction.dateTime)
                #expect(columns.transactionID[index] == transaction.transactionID)
                #expect(columns.customerID[index] == transaction.customerID)
                #expect(columns.terminalID[index] == transaction.terminalID)
                #expect(columns.amount[index].bitPattern == transaction.amount.bitPattern)
                #expect(columns.fraud?[index] == transaction.fraud)
            }
        }
        return (rows, sorter.spilledRuns)
    }

    @Test(arguments: [(1, 6), (3 * 56 * 3000, 1), (1 << 30, 0)])
    func rowsComeByTimeThenIDThenRow(memoryLimit: Int, runs: Int) throws {
        var transactions = self.transactions(6000, seed: 61)
        // Some ids occur twice at one time.
        for index in stride(from: 0, to: 6000, by: 50) { transactions[index] = transactions[(index + 977) % 6000] }
        let expected = transactions.indices.sorted { left, right in
            let (one, other) = (transactions[left], transactions[right])
            return (one.dateTime, one.transactionID, left) < (other.dateTime, other.transactionID, right)
        }
        let (rows, spilled) = try sorted(transactions, memoryLimit: memoryLimit)
        #expect(rows == expected.map { Int64($0) })
        #expect(spilled == runs)
    }

    @Test func nothingSortedIsNothing() throws {
        #expect(try sorted([], memoryLimit: 1).rows.isEmpty)
    }

    @Test func aTemporaryFileThatCannotBeCreatedIsNamed() throws {
        let folder = try TemporaryFolder()
        var sorter = TransactionSorter(memoryLimit: 1, temporaryFolder: folder.path("not there"))
        do {
            try sorter.add(TransactionColumns(transactions(2000, seed: 62)))
            Issue.record("rows were spilled to nowhere")
        } catch {
            #expect("\(error)".contains("not there"))
        }
    }

    /// In random order, many at the same times.
    private func transactions(_ count: Int, seed: UInt64) -> [Transaction] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { id in
            let minutes = Int64.random(in: 0..<5000, using: &generator)
            return Transaction(
                transactionID: Int64(id), dateTime: minutes * 60_000_000,
                customerID: .random(in: 0..<100, using: &generator),
                terminalID: .random(in: 0..<100, using: &generator),
                amount: Double(Int.random(in: 1...30_000, using: &generator)) / 100, timeSeconds: minutes * 60,
                timeDays: Int32(minutes / 1440), fraud: Int.random(in: 0..<10, using: &generator) == 0 ? 1 : 0)
        }.shuffled(using: &generator)
    }
}
