package import Features
import Essentials

/// Sorts any number of transactions by time, then id, then row, in bounded memory: sorted runs are stored in a
/// temporary file and merged (D. Knuth, "The Art of Computer Programming", volume 3, 5.4).
package struct TransactionSorter: Sendable {
    private let memoryLimit: Int
    private let storage: any SpillStorage
    private var rows: [SortedTransaction] = []
    private var runs: [SpilledRun] = []
    private var merge: RunMerge?
    private var nextRow = 0

    /// The number of transactions.
    package private(set) var count: Int64 = 0

    /// - Parameter memoryLimit: about how many bytes rows may use.
    package init(memoryLimit: Int, storage: any SpillStorage) {
        self.memoryLimit = memoryLimit
        self.storage = storage
    }

    /// How many runs have gone to the temporary file.
    package var spilledRuns: Int { runs.count }

    /// Rows of a run: sorting needs half as much memory again.
    private var rowsPerRun: Int { max(1024, memoryLimit * 2 / 3 / (8 * SortedTransaction.words)) }

    /// Adds the rows of a table after all earlier rows.
    /// - Throws: ``CleaningError/temporaryFile(path:operation:message:)``.
    package mutating func add(_ transactions: TransactionColumns) throws {
        for row in 0..<transactions.count {
            rows.append(
                SortedTransaction(
                    key: TransactionKey(
                        dateTime: transactions.dateTime[row], transactionID: transactions.transactionID[row]),
                    row: count, customerID: transactions.customerID[row], terminalID: transactions.terminalID[row],
                    amount: transactions.amount[row], fraud: Int64(transactions.fraud?[row] ?? 0)))
            count += 1
            if rows.count == rowsPerRun { try spill() }
        }
    }

    private mutating func spill() throws {
        rows.sort()
        let position = try rows.withUnsafeBytes { try storage.append($0.assumingMemoryBound(to: UInt64.self)) }
        runs.append(SpilledRun(position: position, count: rows.count))
        rows.removeAll(keepingCapacity: true)
    }

    /// The next rows in order, at most this many; empty after the last. Nothing can be added from the first call on.
    /// - Throws: ``CleaningError/temporaryFile(path:operation:message:)``.
    package mutating func next(_ limit: Int) throws -> [SortedTransaction] {
        if runs.isEmpty {
            if nextRow == 0 { rows.sort() }
            let portion = Array(rows[nextRow..<min(rows.count, nextRow + limit)])
            nextRow += portion.count
            return portion
        }
        if merge == nil {
            if !rows.isEmpty { try spill() }
            rows = []
            let share = memoryLimit / (runs.count * 8 * SortedTransaction.words)
            merge = try RunMerge(runs, rowsPerRead: max(64, share), storage: storage)
        }
        var portion: [SortedTransaction] = []
        portion.reserveCapacity(limit)
        while portion.count < limit, let row = try merge?.next() { portion.append(row) }
        return portion
    }
}

extension TransactionSorter {
    /// A sorter that keeps what does not fit into memory in a temporary file.
    /// - Parameter folder: of the file; nil for the system's folder of temporary files.
    package init(memoryLimit: Int, temporaryFolder folder: String?) {
        self.init(memoryLimit: memoryLimit, storage: SpillFile(folder: folder))
    }
}
