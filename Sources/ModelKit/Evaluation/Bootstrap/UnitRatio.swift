/// A measure that is a ratio of two sums over rows, such as a precision or a mean cost, by bootstrap unit.
struct UnitRatio: Sendable {
    /// The sums of numerator and denominator over each unit's rows.
    private let sums: [SIMD2<Double>]

    /// - Returns: nil for measures of a ranking.
    init?(_ measure: QualityMeasure, _ model: ModelScores, _ rows: EvaluationRows, _ units: BootstrapUnits) {
        let value: (_ isFraud: Bool, _ isAlert: Bool, _ row: Int) -> SIMD2<Double>
        switch measure {
        case .rocAUC, .averagePrecision, .recallAtAlertShare: return nil
        case .precision: value = { isFraud, isAlert, _ in isAlert ? SIMD2(isFraud ? 1 : 0, 1) : .zero }
        case .recall: value = { isFraud, isAlert, _ in isFraud ? SIMD2(isAlert ? 1 : 0, 1) : .zero }
        case .brierScore:
            value = { isFraud, _, row in
                let difference = model.scores[row] - (isFraud ? 1 : 0)
                return SIMD2(difference * difference, 1)
            }
        case .meanCost(let costs):
            value = { isFraud, isAlert, row in
                let missed = isFraud ? costs.missed(amount: rows.amounts?[row] ?? 0) : 0
                return SIMD2(isAlert ? costs.perAlert : missed, 1)
            }
        }
        var sums = [SIMD2<Double>](repeating: .zero, count: units.count)
        for row in model.scores.indices {
            sums[Int(units.ofRow[row])] +=
                rows.weight(row) * value(rows.labels[row] == 1, model.scores[row] >= model.threshold, row)
        }
        self.sums = sums
    }

    /// The ratio in a sample; 0 without a denominator.
    func value(_ counts: UnsafeBufferPointer<UInt8>) -> Double {
        let total = sums.withUnsafeBufferPointer { sums in
            var total = SIMD2<Double>.zero
            for unit in 0..<sums.count { total += Double(counts[unit]) * sums[unit] }
            return total
        }
        return total[1] == 0 ? 0 : total[0] / total[1]
    }
}
