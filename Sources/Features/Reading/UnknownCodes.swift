package import Columnar

/// Finds the values of a canonical column that stand for 'unknown'.
package struct UnknownCodes: Sendable {
    private let words: WordList
    private let integers: [Int64]
    private let numbers: [Double]

    /// nil for a column without such codes.
    package init?(_ column: SchemaColumn) {
        guard !column.unknownCodes.isEmpty else { return nil }
        words = WordList(column.unknownCodes)
        integers = column.unknownCodes.compactMap { Int64($0) }
        numbers = column.unknownCodes.compactMap { Double($0) }
    }

    /// The positions of the rows, ascending.
    package func rows(in column: Column) -> [Int] {
        func rows(_ isCode: (Int) -> Bool) -> [Int] {
            (0..<column.count).filter { isCode($0) && !column.isNull($0) }
        }
        switch column.storage {
        case .int32(let values): return rows { integers.contains(Int64(values[$0])) }
        case .int64(let values): return rows { integers.contains(values[$0]) }
        case .float32(let values): return rows { numbers.contains(Double(values[$0])) }
        case .float64(let values): return rows { numbers.contains(values[$0]) }
        case .boolean(let values): return rows { words.contains("\(values[$0])") }
        case .bytes(let values):
            return TextCells.with(values, validity: column.validity) { cells in
                rows { row in
                    let (begin, end) = Blanks.trimmed(cells.bounds(row).begin, cells.bounds(row).end)
                    return words.contains(begin, end)
                }
            }
        }
    }
}
