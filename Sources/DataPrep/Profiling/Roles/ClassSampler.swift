import Essentials

/// Chooses rows of either class for a comparison with the label: each row of a class with the same chance, the same rows for the
/// same data (J. Vitter's algorithm R with a fixed seed).
struct ClassSampler: Sendable {
    /// A row of the present batch, and where in the sample it goes.
    struct Pick: Sendable {
        var row: Int
        var isFraud: Bool
        var slot: Int
    }

    /// Rows of each class.
    static let size = 5_000

    private var genuine = 0
    private var frauds = 0
    private var generator = SplitMix64(seed: 0xC1A5)

    /// The batch's rows that enter the sample, in order; a later one may take the slot of an earlier one.
    mutating func picks(_ classes: [LabelClass]) -> [Pick] {
        var picks: [Pick] = []
        for (row, label) in classes.enumerated() where label != .missing {
            let isFraud = label == .fraud
            let seen = isFraud ? frauds : genuine
            if isFraud { frauds += 1 } else { genuine += 1 }
            let slot = seen < Self.size ? seen : generator.index(below: seen + 1)
            if slot < Self.size { picks.append(Pick(row: row, isFraud: isFraud, slot: slot)) }
        }
        return picks
    }
}
