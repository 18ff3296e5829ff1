import ModelKit
import TestSupport

/// What rows have besides scores and labels, at random.
struct RowProperties {
    var keys: [Int64] = []
    var amounts: [Double] = []
    var days: [Int32] = []
    var times: [Int64] = []

    init(_ rows: ScoredRows, keyCount: Int64 = 200, dayCount: Int32 = 7, seed: UInt64 = 2) {
        var generator = SeededGenerator(seed: seed)
        for _ in rows.labels {
            keys.append(Int64.random(in: 0..<keyCount, using: &generator))
            amounts.append((Double.random(in: 0..<200, using: &generator) * 100).rounded() / 100)
            days.append(100 + Int32.random(in: 0..<dayCount, using: &generator))
            times.append(Int64.random(in: 0..<50_000, using: &generator))
        }
    }
}
