import Features
/// A rejected row in two words: its position, the rule that it broke, and its label. Its text is read again when it is
/// written.
struct RejectEntry: Sendable, Hashable {
    /// From the highest bit: the line in 40 bits, the rule, the column in 4 bits, whether there is a label.
    let word: UInt64
    private let labelWord: UInt64

    private static let noColumn: UInt64 = 15

    /// - Parameters:
    ///   - line: counted from the block's first.
    ///   - label: tx_fraud; nil if it cannot be read.
    init(line: Int, rule: CleaningRule, column: TransactionColumn?, label: Int64?) {
        let column = column.map { UInt64($0.index) } ?? Self.noColumn
        word = UInt64(line) << 24 | UInt64(rule.index) << 8 | column << 4 | (label == nil ? 0 : 1)
        labelWord = UInt64(bitPattern: label ?? 0)
    }

    init(word: UInt64, labelWord: UInt64) {
        self.word = word
        self.labelWord = labelWord
    }

    var words: (UInt64, UInt64) { (word, labelWord) }
    var line: Int { Int(word >> 24) }
    var rule: CleaningRule { CleaningRule.allCases[Int(word >> 8 & 0xFF)] }
    var label: Int32? { word & 1 == 0 ? nil : Int32(truncatingIfNeeded: Int64(bitPattern: labelWord)) }

    var column: TransactionColumn? {
        let index = word >> 4 & 15
        return index == Self.noColumn ? nil : TransactionColumn.allCases[Int(index)]
    }
}
