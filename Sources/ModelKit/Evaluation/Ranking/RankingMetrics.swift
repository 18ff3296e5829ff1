/// Area under the ROC curve, by trapezoids, so that tied rows count one half.
struct AreaUnderROC {
    private var doubledArea = 0.0
    private var truePositives = 0.0
    private var falsePositives = 0.0

    @inline(__always)
    mutating func add(_ step: RankedScores.Step) {
        doubledArea += (step.falsePositives - falsePositives) * (step.truePositives + truePositives)
        truePositives = step.truePositives
        falsePositives = step.falsePositives
    }

    func value(_ ranked: RankedScores) -> Double { doubledArea / 2 / (ranked.positives * ranked.negatives) }
}

/// Average precision: the mean of the precision at each threshold, weighted by the gain in recall.
struct AveragePrecisionSum {
    private var sum = 0.0
    private var truePositives = 0.0

    @inline(__always)
    mutating func add(_ step: RankedScores.Step) {
        let gain = step.truePositives - truePositives
        if gain > 0 { sum += gain * (step.truePositives / (step.truePositives + step.falsePositives)) }
        truePositives = step.truePositives
    }

    func value(_ ranked: RankedScores) -> Double { sum / ranked.positives }
}

/// The threshold of the highest F1; the highest such threshold where several are equally good.
struct BestF1 {
    private(set) var f1 = -1.0
    private(set) var step = RankedScores.Step()
    private let positives: Double

    init(_ ranked: RankedScores) { positives = ranked.positives }

    @inline(__always)
    mutating func add(_ step: RankedScores.Step) {
        let f1 = 2 * step.truePositives / (step.truePositives + step.falsePositives + positives)
        if f1 > self.f1 {
            self.f1 = f1
            self.step = step
        }
    }
}

/// How many positives the first k rows hold, for some k in ascending order.
struct TopKCounts {
    private let ks: [Int]
    private(set) var positives: [Double] = []
    private var rows = 0
    private var positiveRows = 0

    init(_ ks: [Int]) { self.ks = ks }

    @inline(__always)
    mutating func add(_ step: RankedScores.Step) {
        while positives.count < ks.count, ks[positives.count] <= step.rows {
            let share = Double(ks[positives.count] - rows) / Double(step.rows - rows)
            positives.append(Double(positiveRows) + share * Double(step.positiveRows - positiveRows))
        }
        rows = step.rows
        positiveRows = step.positiveRows
    }
}
