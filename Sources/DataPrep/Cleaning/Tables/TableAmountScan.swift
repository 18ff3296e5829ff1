import Columnar
import Parallelism

/// Reads the amounts of all waiting rows that are not duplicates, several blocks at once.
struct TableAmountScan: BlockAmounts {
    let store: TableStore
    /// The position of the amount; nil for tables without one.
    let amount: Int?
    let threads: Int

    var blockCount: Int { store.count }

    func forEachRun(ofBlock number: Int, _ body: (UnsafeBufferPointer<Double>) -> Void) throws {
        for amounts in try amounts(ofBlock: number) { amounts.withUnsafeBufferPointer(body) }
    }

    /// Of each part.
    private func amounts(ofBlock number: Int) throws -> [[Double]] {
        guard let amount, let block = store.block(number) else { return [] }
        return try block.parts.map { part in
            var isDropped = [Bool](repeating: false, count: part.count)
            for row in part.dropped { isDropped[row] = true }
            for row in store.lateDuplicates(of: part) { isDropped[row] = true }
            return try Amounts(store.plain(amount, of: part)).values(without: isDropped)
        }
    }
}

/// A column of amounts as floating-point numbers.
struct Amounts {
    private let column: Column
    private let numbers: [Double]

    /// - Throws: `ColumnarError` for a column that holds no numbers, which a valid schema does not have.
    init(_ column: Column) throws(ColumnarError) {
        self.column = column
        switch column.storage {
        case .float64(let values): numbers = values
        case .int32(let values): numbers = values.map(Double.init)
        case .int64(let values): numbers = values.map(Double.init)
        case .float32(let values): numbers = values.map(Double.init)
        case .boolean, .bytes: throw .typeMismatch(field: "", expected: "a number", actual: column.type)
        }
    }

    subscript(row: Int) -> Double? { column.isNull(row) ? nil : numbers[row] }

    /// The amounts of rows that are not dropped and have one.
    func values(without isDropped: [Bool]) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(numbers.count)
        for row in numbers.indices where !isDropped[row] && !column.isNull(row) { values.append(numbers[row]) }
        return values
    }
}
