/// Where on the scale of a model's sums the prediction changes.
struct ONNXDecisionPoint {
    /// The least sum whose probability is at or above the threshold; `-infinity` when all are.
    let sum: Double

    /// - Parameter probability: the probability of a sum; does not fall as the sum grows.
    /// - Parameter range: contains the change, or is above it.
    init(threshold: Double, in range: ClosedRange<Double>, probability: (Double) -> Double) {
        guard probability(range.lowerBound) < threshold else {
            sum = -.infinity
            return
        }
        var below = range.lowerBound, above = range.upperBound
        while true {
            let middle = below + (above - below) / 2
            guard middle > below, middle < above else { break }
            if probability(middle) < threshold { below = middle } else { above = middle }
        }
        sum = above
    }
}
