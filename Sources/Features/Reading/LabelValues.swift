package import Columnar

/// What the values of a label column mean.
package struct LabelValues: Sendable {
    private let fraudWords: WordList
    private let genuineWords: WordList
    private let fraudNumbers: [Double]
    private let genuineNumbers: [Double]
    /// Whether the boolean `true` is a fraud.
    private let isTrueFraud: Bool

    /// A value of the column that means a fraud.
    package let fraud: TransactionValue

    /// nil for a column with another role.
    package init?(_ column: SchemaColumn) {
        guard case .label(let fraud, let genuine) = column.role else { return nil }
        fraudWords = WordList(fraud)
        genuineWords = WordList(genuine)
        let frauds = fraud.compactMap(Double.init), genuines = genuine.compactMap(Double.init)
        // Of values that are only words, numbers are written as 1 and 0.
        fraudNumbers = frauds.isEmpty ? [genuines.contains(1) ? 0 : 1] : frauds
        genuineNumbers = genuines.isEmpty ? [fraudNumbers.contains(0) ? 1 : 0] : genuines
        if case .boolean(let trueValues, _) = column.type {
            let trueWords = WordList(trueValues)
            isTrueFraud = fraud.contains { trueWords.contains($0) }
        } else {
            isTrueFraud = true
        }
        self.fraud =
            switch column.type.kind {
            case .integer: .integer(Int64(exactly: fraudNumbers[0]) ?? 1)
            case .float: .number(fraudNumbers[0])
            case .boolean: .boolean(isTrueFraud)
            case .text, .category, .timestamp, .relativeTime: .text(fraud.first ?? "")
            }
    }

    /// nil for neither a fraud nor a genuine transaction.
    @inline(__always)
    func isFraud(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool? {
        if genuineWords.contains(begin, end) { return false }
        return fraudWords.contains(begin, end) ? true : nil
    }

    /// nil for neither a fraud nor a genuine transaction.
    @inline(__always)
    func isFraud(_ number: Double) -> Bool? {
        if genuineNumbers.contains(number) { return false }
        return fraudNumbers.contains(number) ? true : nil
    }

    func isFraud(_ value: Bool) -> Bool { value == isTrueFraud }

    /// How a column of numbers holds a label.
    func number(isFraud: Bool) -> Double { isFraud ? fraudNumbers[0] : genuineNumbers[0] }

    /// Which rows of a canonical column are frauds. Rows without a label are not.
    package func frauds(in column: Column) -> Bitmap {
        func bitmap(_ isFraud: (Int) -> Bool) -> Bitmap {
            let count = column.count
            var words = [UInt64](repeating: 0, count: Bitmap.wordCount(count))
            for row in 0..<count where isFraud(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
            guard let validity = column.validity else { return Bitmap(words: words, count: count) }
            return Bitmap(words: zip(words, validity.words).map { $0 & $1 }, count: count)
        }
        switch column.storage {
        case .boolean(let values): return bitmap { isFraud(values[$0]) }
        case .int32(let values): return bitmap { isFraud(Double(values[$0])) == true }
        case .int64(let values): return bitmap { isFraud(Double(values[$0])) == true }
        case .float32(let values): return bitmap { isFraud(Double(values[$0])) == true }
        case .float64(let values): return bitmap { isFraud(values[$0]) == true }
        case .bytes(let values):
            return TextCells.with(values, validity: column.validity) { cells in
                bitmap { row in
                    let (begin, end) = Blanks.trimmed(cells.bounds(row).begin, cells.bounds(row).end)
                    return isFraud(begin, end) == true
                }
            }
        }
    }
}
