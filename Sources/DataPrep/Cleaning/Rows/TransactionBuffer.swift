package import Features
import StorageIO

/// Parsed transactions of one block, column by column, in memory that is reused for the next block.
///
/// Every column is held as 64-bit integers; the amount as the bits of a double.
///
/// `@unchecked Sendable` invariant: a buffer is in use by one thread at a time. ``BlockProcessor`` takes it out of a pool behind a
/// mutex, and gives it back when its block is through.
package final class TransactionBuffer: @unchecked Sendable {
    /// The nine columns in the order of ``TransactionColumn``, and the line or row in the input, counted from the block's
    /// first.
    static let columnCount = 10
    static let lineColumn = 9

    private(set) var count = 0
    private var capacity = 0
    private(set) var columns: [UnsafeMutablePointer<Int64>] = []
    /// For finding the fields of the text that the rows are parsed from.
    let fieldMemory = FieldGridMemory()

    package init() {}

    deinit { columns.forEach { $0.deallocate() } }

    func removeAll() { count = 0 }

    /// Makes room for that many more rows.
    package func reserve(_ more: Int) {
        let needed = count + more
        guard needed > capacity else { return }
        let larger = max(needed, capacity + capacity / 2)
        columns = (0..<TransactionBuffer.columnCount).map { index in
            let grown = UnsafeMutablePointer<Int64>.allocate(capacity: larger)
            if index < columns.count {
                grown.update(from: columns[index], count: count)
                columns[index].deallocate()
            }
            return grown
        }
        capacity = larger
    }

    /// Records that rows up to that number have been written into the columns.
    package func setCount(_ count: Int) {
        precondition(count <= capacity, "rows were written past the end")
        self.count = count
    }

    package subscript(column: TransactionColumn) -> UnsafeMutablePointer<Int64> { columns[column.index] }

    /// Removes rows; positions ascend.
    func remove(_ rows: [Int]) {
        guard let first = rows.first else { return }
        for column in columns {
            var target = first
            for (index, row) in rows.enumerated() {
                let next = index + 1 < rows.count ? rows[index + 1] : count
                let length = next - row - 1
                (column + target).update(from: column + row + 1, count: length)
                target += length
            }
        }
        count -= rows.count
    }
}

extension TransactionColumn {
    /// The position in the source files' order.
    var index: Int {
        switch self {
        case .transactionID: 0
        case .dateTime: 1
        case .customerID: 2
        case .terminalID: 3
        case .amount: 4
        case .timeSeconds: 5
        case .timeDays: 6
        case .fraud: 7
        case .fraudScenario: 8
        }
    }
}
