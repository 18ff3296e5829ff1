/// Values in ascending order, each with how often it occurs.
package struct RankedValues: Sendable {
    private let values: [Int64]
    /// Up to and including each value.
    private let cumulative: [Int]

    package init(_ counted: [(value: Int64, count: Int)]) {
        let sorted = counted.sorted { $0.value < $1.value }
        values = sorted.map(\.value)
        var total = 0
        cumulative = sorted.map {
            total += $0.count
            return total
        }
    }

    /// How many values there are, repeated ones included.
    package var total: Int { cumulative.last ?? 0 }

    /// The smallest value such that at least that share of all values is not above it; nil without values.
    package func quantile(_ share: Double) -> Int64? {
        guard total > 0 else { return nil }
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        return values[min(values.count - 1, firstIndex { cumulative[$0] >= rank })]
    }

    /// How many values are below a bound, which the condition says.
    func count(where isBelow: (Int64) -> Bool) -> Int {
        let index = firstIndex { !isBelow(values[$0]) }
        return index == 0 ? 0 : cumulative[index - 1]
    }

    /// The first position that fulfils a condition that all later ones fulfil, too.
    private func firstIndex(_ condition: (Int) -> Bool) -> Int {
        var low = 0, high = values.count
        while low < high {
            let middle = (low + high) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
