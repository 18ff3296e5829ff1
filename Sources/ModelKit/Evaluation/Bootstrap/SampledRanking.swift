/// A model's ranking of rows, of which a sample has some more than once and others not at all.
///
/// Ranking measures depend on the genuine rows between frauds only by their number. A sample is therefore reduced to the
/// scores that frauds have: frauds there, genuine rows there, and genuine rows above.
struct SampledRanking: Sendable {
    /// Where, in the genuine rows and in the frauds by descending score, the rows of one score of frauds end.
    private struct Group {
        /// Genuine rows above the score.
        let above: UInt32
        /// Genuine rows at or above it.
        let through: UInt32
        /// Frauds at or above it.
        let frauds: UInt32
    }

    private let groups: [Group]
    private let negatives: Members
    private let positives: Members

    /// Rows of one class by descending score.
    fileprivate struct Members: Sendable {
        var units: [UInt32] = []
        var weights: [Float]?
        /// The first unit, if units are consecutive numbers.
        var firstUnit: Int?
    }

    /// How many scores frauds have.
    var groupCount: Int { groups.count }

    init(_ ranking: RankedRows, _ rows: EvaluationRows, _ units: BootstrapUnits) {
        var members = [Members(), Members()]
        if rows.weights != nil { for label in 0...1 { members[label].weights = [] } }
        var groups: [Group] = []
        var start = 0
        while start < ranking.rows.count {
            var end = start
            let above = members[0].units.count, frauds = members[1].units.count
            repeat {
                let row = Int(ranking.rows[end])
                let label = Int(rows.labels[row])
                members[label].units.append(units.ofRow[row])
                if let weights = rows.weights { members[label].weights?.append(weights[row]) }
                end += 1
            } while end < ranking.rows.count && !ranking.startsTie[end]
            if members[1].units.count > frauds {
                groups.append(
                    Group(
                        above: UInt32(truncatingIfNeeded: above),
                        through: UInt32(truncatingIfNeeded: members[0].units.count),
                        frauds: UInt32(truncatingIfNeeded: members[1].units.count)))
            }
            start = end
        }
        for label in 0...1 {
            let units = members[label].units
            let isConsecutive = zip(units, units.dropFirst()).allSatisfy { $0 + 1 == $1 }
            if isConsecutive, let first = units.first { members[label].firstUnit = Int(first) }
        }
        self.groups = groups
        negatives = members[0]
        positives = members[1]
    }

    /// The totals of a sample by group, each including all groups before it.
    struct Totals {
        /// Weight of genuine rows above the group, of those through it, and of frauds through it.
        var steps: UnsafeMutableBufferPointer<SIMD4<Double>>
        /// Weight of all genuine rows and all frauds.
        var negatives = 0.0
        var positives = 0.0
    }

    /// Fills totals, which have room for ``groupCount`` steps.
    func add(_ counts: UnsafeBufferPointer<UInt8>, to totals: inout Totals) {
        var above = 0.0, through = 0.0, frauds = 0.0, start = 0, fraudStart = 0
        for (index, group) in groups.enumerated() {
            above = through + negatives.sum(counts, start..<Int(group.above))
            through = above + negatives.sum(counts, Int(group.above)..<Int(group.through))
            frauds += positives.sum(counts, fraudStart..<Int(group.frauds))
            totals.steps[index] = SIMD4(above, through, frauds, 0)
            start = Int(group.through)
            fraudStart = Int(group.frauds)
        }
        totals.negatives = through + negatives.sum(counts, start..<negatives.units.count)
        totals.positives = frauds
    }
}

extension SampledRanking.Members {
    /// The weight of the rows of a range in the sample.
    @inline(__always)
    fileprivate func sum(_ counts: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double {
        if let weights {
            var sum = 0.0
            for index in range { sum += Double(counts[Int(units[index])]) * Double(weights[index]) }
            return sum
        }
        var sum: UInt32 = 0
        if let firstUnit {
            for index in range { sum &+= UInt32(counts[firstUnit + index]) }
        } else {
            units.withUnsafeBufferPointer { units in
                for index in range { sum &+= UInt32(counts[Int(units[index])]) }
            }
        }
        return Double(sum)
    }
}

extension SampledRanking.Totals {
    /// The probability that a fraud scores higher than a genuine row, ties counting one half.
    func areaUnderROC() -> Double {
        // Pairs in the wrong order.
        var lost = 0.0, before = 0.0
        for step in steps {
            lost += (step[2] - before) * (step[0] + step[1]) / 2
            before = step[2]
        }
        return (positives * negatives - lost) / (positives * negatives)
    }

    func averagePrecision() -> Double {
        var sum = 0.0, before = 0.0
        for step in steps where step[2] > before {
            sum += (step[2] - before) * (step[2] / (step[1] + step[2]))
            before = step[2]
        }
        return sum / positives
    }

    /// The share of frauds among this share of the rows.
    func recall(atAlertShare share: Double) -> Double {
        let budget = share * (positives + negatives)
        var frauds = 0.0
        for step in steps {
            guard step[1] + step[2] > budget else {
                frauds = step[2]
                continue
            }
            // What is left of the budget takes its share of the tied rows; nothing, if genuine rows above use it up.
            let left = budget - (step[0] + frauds)
            if left > 0 { frauds += (step[2] - frauds) * left / (step[1] - step[0] + step[2] - frauds) }
            break
        }
        return frauds / positives
    }
}
