import Columnar

/// Makes the profile of amounts by class.
struct AmountProfiler: Sendable {
    private let column: String
    private let coding: ValueCoding
    private var fraud = QuantileSketch()
    private var genuine = QuantileSketch()

    /// nil for a column that has no numbers.
    init?(_ column: String, _ type: DataType) {
        guard let coding = ValueCoding(type), coding.isNumber else { return nil }
        self.column = column
        self.coding = coding
    }

    /// Adds the finite amounts of labelled rows.
    mutating func add(_ column: Column, classes: [LabelClass]) {
        let infinite = [ValueCoding.key(.infinity), ValueCoding.key(-.infinity)]
        for (row, label) in classes.enumerated() where label != .missing {
            guard let key = ClassSamples.key(column, row: row), !coding.isFloat || !infinite.contains(key) else {
                continue
            }
            if label == .fraud { fraud.add(key, count: 1) } else { genuine.add(key, count: 1) }
        }
    }

    var profile: AmountProfile {
        AmountProfile(
            column: column, fraud: Quantile.all(of: fraud.ranked, coding),
            genuine: Quantile.all(of: genuine.ranked, coding), quantileError: QuantileSketch.rankError)
    }
}
