/// Picks the steps that a curve goes through.
struct CurveCollector {
    private(set) var steps: [RankedScores.Step] = []
    private let positives: Double
    private let negatives: Double
    private let isThinning: Bool
    private var skipped: RankedScores.Step?
    private var last = (recall: 0.0, falsePositiveRate: 0.0, precision: 1.0)

    /// Far below the resolution of a plot.
    private static let resolution = 1.0 / 4096

    /// - Parameter isThinning: whether steps that move no rate by 1/4096 may be left out. Then about ten thousand steps
    ///   remain for any number of rows, and no omitted point is farther than that from the curve through the others.
    init(_ ranked: RankedScores, isThinning: Bool) {
        positives = ranked.positives
        negatives = ranked.negatives
        self.isThinning = isThinning
    }

    @inline(__always)
    mutating func add(_ step: RankedScores.Step) {
        guard isThinning else {
            steps.append(step)
            return
        }
        let recall = step.truePositives / positives, falsePositiveRate = step.falsePositives / negatives
        let alerts = step.truePositives + step.falsePositives
        let precision = alerts > 0 ? step.truePositives / alerts : 1
        let isLast = recall == 1 && falsePositiveRate == 1
        let hasMoved =
            recall - last.recall >= Self.resolution
            || falsePositiveRate - last.falsePositiveRate >= Self.resolution
            || abs(precision - last.precision) >= Self.resolution
        guard hasMoved || isLast else {
            skipped = step
            return
        }
        // Where a long move begins matters as much as where it ends.
        if let skipped { steps.append(skipped) }
        skipped = nil
        steps.append(step)
        last = (recall, falsePositiveRate, precision)
    }
}
