import Columnar

/// Makes the profile of one column, batch by batch.
struct ColumnProfiler: Sendable {
    private let field: Field
    /// nil for a column of fixed width.
    private var text: TextProfiler?
    private var fixed: FixedWidthProfiler
    private var rows = 0
    private var nulls = 0
    private var samples: ClassSamples

    init(_ field: Field) {
        self.field = field
        let coding = ValueCoding(field.type)
        text = coding == nil ? TextProfiler() : nil
        samples = ClassSamples(isOrdered: coding != nil)
        fixed = FixedWidthProfiler(coding ?? .integer)
    }

    /// - Parameter picks: the batch's rows for the comparison with the label.
    mutating func add(_ column: Column, picks: [ClassSampler.Pick]) {
        rows += column.count
        nulls += column.nullCount
        for pick in picks { samples.set(pick, to: ClassSamples.key(column, row: pick.row)) }
        if text == nil { fixed.add(column) } else { text?.add(column) }
    }

    /// How well the column tells the two classes of the sample apart; nil if it has too few rows of one.
    var separation: Double? { samples.separation }

    /// The column's profile.
    func profile() -> ColumnProfile {
        text?.profile(field, rows: rows, nulls: nulls) ?? fixed.profile(field, rows: rows, nulls: nulls)
    }
}
