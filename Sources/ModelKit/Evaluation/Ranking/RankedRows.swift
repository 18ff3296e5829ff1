/// Rows in descending order of a score, with the ranks at which the score changes.
struct RankedRows: Sendable {
    /// Rows by rank.
    let rows: [UInt32]
    /// Whether the row of a rank scores lower than the one before it; true for the first.
    let startsTie: [Bool]

    /// The scores must have passed ``EvaluationInput``.
    init(validated scores: [Double], threads: Int) {
        var keys = RankedScores.descendingKeys(scores)
        var rows = (0..<scores.count).map { UInt32(truncatingIfNeeded: $0) }
        KeyedSort.sort(keys: &keys, payloads: &rows, threads: threads)
        self.rows = rows
        startsTie = keys.indices.map { $0 == 0 || keys[$0] != keys[$0 - 1] }
    }

    /// The share of the other class that each row outranks, tied rows counting one half: for a positive the share of
    /// negatives below it, for a negative the share of positives above it. By row; their means over either class are the
    /// area under the ROC curve.
    func placements(_ labels: [UInt8]) -> [Double] {
        let positives = labels.reduce(0) { $0 + Int($1) }
        let negatives = labels.count - positives
        var placements = [Double](repeating: 0, count: labels.count)
        var above = SIMD2<Int>(0, 0)
        var start = 0
        while start < rows.count {
            var end = start
            var tied = SIMD2<Int>(0, 0)
            repeat {
                tied[Int(labels[Int(rows[end])])] += 1
                end += 1
            } while end < rows.count && !startsTie[end]
            let ofPositive = (Double(negatives - above[0]) - Double(tied[0]) / 2) / Double(negatives)
            let ofNegative = (Double(above[1]) + Double(tied[1]) / 2) / Double(positives)
            for rank in start..<end {
                let row = Int(rows[rank])
                placements[row] = labels[row] == 1 ? ofPositive : ofNegative
            }
            above &+= tied
            start = end
        }
        return placements
    }
}
