import ModelKit

/// What is known of all contributions of a data set: mean magnitudes, and some rows' contributions and values to plot.
struct ContributionSummary: Sendable {
    /// One row's contributions and values, by feature.
    struct PlottedRow: Sendable {
        let contributions: [Double]
        let values: [Float]
    }

    let features: [String]
    let baseValue: Double
    private(set) var rowCount = 0
    private(set) var unscoredCount = 0
    private var magnitudes: [Double]
    private var sample: RowSample<PlottedRow>

    init(features: [String], plottedRows: Int, baseValue: Double) {
        self.features = features
        self.baseValue = baseValue
        magnitudes = [Double](repeating: 0, count: features.count)
        sample = RowSample(limit: plottedRows)
    }

    var plotted: [PlottedRow] { sample.rows }

    /// In the order of the features; 0 for no rows.
    var meanMagnitudes: [Double] { magnitudes.map { $0 / Double(max(1, rowCount - unscoredCount)) } }

    /// - Parameter numbers: of the rows in their data set.
    mutating func add(_ rows: ExplainedRows, numbers: ArraySlice<Int64>) {
        let explanation = rows.explanation
        rowCount += explanation.rowCount
        for (feature, column) in explanation.contributions.enumerated() {
            var sum = 0.0
            for row in column.indices where rows.hasScore(row) { sum += column[row].magnitude }
            magnitudes[feature] += sum
        }
        for (row, number) in numbers.enumerated() {
            guard rows.hasScore(row) else {
                unscoredCount += 1
                continue
            }
            sample.offer(number) {
                PlottedRow(
                    contributions: explanation.values(row: row), values: rows.features.columns.map { $0[row] })
            }
        }
    }
}
