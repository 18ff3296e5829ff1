/// The best of the cuts of one feature, in the order in which they are offered.
struct BestCut {
    let total: GradientSums
    let search: SplitSearch
    private let totalGradient: Double
    private let totalHessian: Double
    private let totalScore: Double
    private let limits: LeafLimits
    private let direction: Monotonicity?
    /// Whether any feature is constrained: values may then be limited on any.
    private let isConstrained: Bool
    private(set) var gain: Double
    private(set) var code: Int?
    private(set) var left = GradientSums()
    private(set) var missingGoesLeft = false

    /// No cut yet.
    init(of target: HistogramSearch.Target, feature: Int, _ search: SplitSearch) {
        total = target.sums
        limits = target.limits
        isConstrained = !search.settings.monotone.isEmpty
        direction = isConstrained ? search.settings.monotone[feature] : nil
        self.search = search
        totalGradient = search.scale.gradient(total)
        totalHessian = search.scale.hessian(total)
        let denominator = totalHessian + search.settings.l2
        let shrunk = search.shrunk(totalGradient)
        totalScore =
            denominator <= 0
            ? 0
            : isConstrained
                ? Self.score(shrunk, denominator, search.leafValue(total, limits: limits))
                : shrunk * shrunk / denominator
        // A gain below this may be due to rounding.
        gain = max(search.settings.minSplitGain, totalHessian * 1e-10)
    }

    /// Takes a cut behind `code`, or within it, if it gains more than the best one.
    /// - Parameter sums: of all rows on the left.
    /// - Returns: false if no later cut, with more rows on the left, can satisfy the limits.
    @inline(__always)
    mutating func offer(_ sums: GradientSums, code: Int, missingGoesLeft: Bool) -> Bool {
        let settings = search.settings
        guard sums.count >= settings.minRowsPerLeaf else { return true }
        guard sums.count <= total.count - settings.minRowsPerLeaf else { return false }
        let leftHessian = Double(sums.hessian) * search.scale.hessian
        let rightHessian = totalHessian - leftHessian
        guard leftHessian >= settings.minChildWeight else { return true }
        guard rightHessian >= settings.minChildWeight else { return false }
        let leftGradient = Double(sums.gradient) * search.scale.gradient
        let left = search.shrunk(leftGradient), right = search.shrunk(totalGradient - leftGradient)
        let leftDenominator = leftHessian + settings.l2, rightDenominator = rightHessian + settings.l2
        let product = leftDenominator * rightDenominator
        guard product > 0 else { return true }
        // One division for the two quotients.
        var score = (left * left * rightDenominator + right * right * leftDenominator) / product
        if isConstrained {
            let leftValue = limits.clamped(-left / leftDenominator)
            let rightValue = limits.clamped(-right / rightDenominator)
            switch direction {
            case .increasing where leftValue > rightValue, .decreasing where leftValue < rightValue: return true
            default: break
            }
            score =
                Self.score(left, leftDenominator, leftValue) + Self.score(right, rightDenominator, rightValue)
        }
        let gain = (score - totalScore) / 2
        if gain > self.gain {
            self.gain = gain
            self.code = code
            self.left = sums
            self.missingGoesLeft = missingGoesLeft
        }
        return true
    }

    /// Twice what a leaf takes off the loss with a value, which is not the best one if it was limited.
    private static func score(_ gradient: Double, _ denominator: Double, _ value: Double) -> Double {
        -(2 * gradient * value + denominator * value * value)
    }

    /// A number that no cut within a code gains more than.
    ///
    /// Constraints aside, the score is a convex function of the sums on the left (a square over a positive linear function), so that its
    /// greatest value over a rectangle of possible sums is at a corner.
    /// - Parameters:
    ///   - sums: of the rows before the code.
    ///   - gradients: the sums of the code's negative and of its positive gradients.
    ///   - hessian: of the code.
    @inline(__always)
    func bound(
        after sums: GradientSums, gradients: (negative: Int64, positive: Int64), hessian: Int64
    ) -> Double {
        let l2 = search.settings.l2
        let leftGradients =
            SIMD4(
                Double(sums.gradient &+ gradients.negative), Double(sums.gradient &+ gradients.negative),
                Double(sums.gradient &+ gradients.positive), Double(sums.gradient &+ gradients.positive))
            * search.scale.gradient
        let least = Double(sums.hessian) * search.scale.hessian
        let most = Double(sums.hessian &+ hessian) * search.scale.hessian
        let leftHessians = SIMD4(least, most, least, most)
        let left = shrunk(leftGradients), right = shrunk(totalGradient - leftGradients)
        let leftDenominators = leftHessians + l2, rightDenominators = (totalHessian - leftHessians) + l2
        let products = leftDenominators * rightDenominators
        guard products.min() > 0 else { return .infinity }
        let scores = (left * left * rightDenominators + right * right * leftDenominators) / products
        let best = scores.max()
        // Room for what rounding took away.
        return (best - totalScore) / 2 + (best + totalScore) * 1e-12
    }

    @inline(__always)
    private func shrunk(_ gradients: SIMD4<Double>) -> SIMD4<Double> {
        if search.settings.l1 == 0 { return gradients }
        var result = gradients
        for index in result.indices { result[index] = search.shrunk(gradients[index]) }
        return result
    }

    /// - Parameters:
    ///   - missing: the sums of the rows without a value.
    ///   - value: the greatest value on the left; nil when the cut is behind a code.
    func candidate(feature: Int, missing: GradientSums, value: Float? = nil) -> SplitCandidate? {
        guard let code else { return nil }
        let right = total - left
        // Where none was missing, missing values follow the larger side.
        let missingGoesLeft = missing.count > 0 ? self.missingGoesLeft : left.count >= right.count
        return SplitCandidate(
            gain: gain,
            split: BinSplit(
                feature: feature, code: UInt8(truncatingIfNeeded: code), value: value,
                missingGoesLeft: missingGoesLeft),
            left: left, right: right)
    }
}
