/// A rejected row in two words: its position, the rule that it broke, and its label. Its text is read again when it is
/// written.
struct RejectEntry: Sendable, Hashable {
    /// From the highest bit: the line in 36 bits, the rule in 12, the column in 15 bits, whether there is a label.
    let word: UInt64
    private let labelWord: UInt64

    private static let noColumn: UInt64 = 0x7FFF
    /// How many rules a plan may have.
    static let maximumRules = 1 << 12
    /// How many columns a table may have.
    static let maximumColumns = 0x7FFF

    /// - Parameters:
    ///   - line: counted from the block's first.
    ///   - rule: The rule's position in the plan.
    ///   - column: The column's position; nil if the row as a whole broke the rule.
    ///   - label: 1 for a fraud; nil if it cannot be read.
    init(line: Int, rule: Int, column: Int?, label: Int64?) {
        let column = column.map { UInt64($0) } ?? Self.noColumn
        word = UInt64(line) << 28 | UInt64(rule) << 16 | column << 1 | (label == nil ? 0 : 1)
        labelWord = UInt64(bitPattern: label ?? 0)
    }

    init(word: UInt64, labelWord: UInt64) {
        self.word = word
        self.labelWord = labelWord
    }

    var words: (UInt64, UInt64) { (word, labelWord) }
    var line: Int { Int(word >> 28) }
    var rule: Int { Int(word >> 16 & 0xFFF) }
    var label: Int32? { word & 1 == 0 ? nil : Int32(truncatingIfNeeded: Int64(bitPattern: labelWord)) }

    var column: Int? {
        let index = word >> 1 & Self.noColumn
        return index == Self.noColumn ? nil : Int(index)
    }
}
