import Essentials

/// The rows that one model of a bagged boosting is trained on.
struct ClassBalancedBag {
    let features: FeatureMatrix
    let labels: [UInt8]
    let weights: [Float]?
    /// What the bag's choice of rows added to the log-odds of each row.
    let shift: Double

    /// - Parameter rows: all rows; those without weight are in no bag.
    init(_ rows: TrainingRows, _ configuration: BaggedBoostingConfiguration, seed: UInt64) {
        var positives: [Int] = [], negatives: [Int] = []
        for row in rows.labels.indices where rows.weights?[row] != 0 {
            if rows.labels[row] == 1 { positives.append(row) } else { negatives.append(row) }
        }
        var counts = [Int](repeating: configuration.bootstrapsPositives ? 0 : 1, count: positives.count)
        if configuration.bootstrapsPositives {
            for draw in positives.indices {
                let bits = RandomBits.bits(RandomBits.bits(seed, 1), UInt64(draw))
                counts[Int(bits.multipliedFullWidth(by: UInt64(positives.count)).high)] += 1
            }
        }
        let wanted = max(1, (Double(positives.count) * configuration.negativesPerPositive).rounded())
        let size = wanted < Double(negatives.count) ? Int(wanted) : negatives.count
        let drawn = RandomBits.sample(size, of: negatives.count, seed: RandomBits.bits(seed, 2))
        var chosen = zip(positives, counts).filter { $0.1 > 0 }.map { (row: $0.0, count: $0.1) }
        chosen += drawn.map { (negatives[$0], 1) }
        chosen.sort { $0.row < $1.row }

        var sums = [0.0, 0.0]
        for (row, count) in chosen {
            sums[Int(rows.labels[row])] += Double(rows.weights?[row] ?? 1) * Double(count)
        }
        shift = log(sums[1] / sums[0]) - log(rows.positiveWeight / rows.negativeWeight)
        features = rows.features.take(chosen.map(\.row))
        labels = chosen.map { rows.labels[$0.row] }
        let isWeighted = rows.weights != nil || configuration.bootstrapsPositives
        weights = isWeighted ? chosen.map { (rows.weights?[$0.row] ?? 1) * Float($0.count) } : nil
    }
}
