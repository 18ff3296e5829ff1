/// Quantiles of sorted values, and positions among them.
enum Quantile {
    /// Linear interpolation between the two nearest of ascending values, NumPy's default; 0 without values.
    static func linear(_ ascending: [Double], _ probability: Double) -> Double {
        guard !ascending.isEmpty else { return 0 }
        let position = probability * Double(ascending.count - 1)
        let below = min(max(0, Int(position)), ascending.count - 1)
        let above = min(below + 1, ascending.count - 1)
        return ascending[below] + (ascending[above] - ascending[below]) * (position - Double(below))
    }

    /// How many of ascending values are less than `value`.
    static func count(of ascending: [Double], below value: Double) -> Int {
        var low = 0, high = ascending.count
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
