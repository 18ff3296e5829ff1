/// The best split of a leaf that was found.
struct SplitCandidate: Sendable, Hashable {
    var gain: Double
    var split: BinSplit
    var left: GradientSums
    var right: GradientSums

    /// Whether this split is better than the other; of equal gains, the lower feature's is.
    func isBetter(than other: SplitCandidate?) -> Bool {
        guard let other else { return true }
        return (gain, other.split.feature) > (other.gain, split.feature)
    }
}

/// Finds the threshold of the greatest gain in a feature's part of a leaf's histogram.
///
/// The gain is that of Chen and Guestrin (KDD 2016), equation 7, with L1 as soft threshold T: `(T(GL)^2 / (HL + l2) +
/// T(GR)^2 / (HR + l2) - T(G)^2 / (H + l2)) / 2`. Both sides are tested for missing values.
struct SplitSearch: Sendable {
    let settings: GrowthSettings
    let scale: GradientScale

    /// The value of a leaf before the learning rate: `-T(G) / (H + l2)`.
    func leafValue(_ sums: GradientSums) -> Double {
        let denominator = scale.hessian(sums) + settings.l2
        return denominator > 0 ? -shrunk(scale.gradient(sums)) / denominator : 0
    }

    /// Whether both sides of a split could satisfy the limits.
    func mayBeSplit(_ sums: GradientSums) -> Bool {
        sums.count >= 2 * settings.minRowsPerLeaf && scale.hessian(sums) >= 2 * settings.minChildWeight
    }

    /// - Parameters:
    ///   - bins: the feature's part of the histogram.
    ///   - binCount: bins of present values; with `hasMissing` one more follows.
    func best(
        feature: Int, bins: UnsafePointer<GradientSums>, binCount: Int, hasMissing: Bool, total: GradientSums
    ) -> SplitCandidate? {
        let missing = hasMissing ? bins[binCount] : GradientSums()
        var state = Scan(total: total, search: self)
        // Missing values on the right; the last threshold separates them from all others.
        state.scan(
            bins, thresholds: missing.count > 0 ? binCount : binCount - 1, left: GradientSums(), missingGoesLeft: false)
        if missing.count > 0 {
            state.scan(bins, thresholds: binCount - 1, left: missing, missingGoesLeft: true)
        }
        guard let threshold = state.threshold else { return nil }
        let right = total - state.left
        // Where none was missing, missing values follow the larger side.
        let missingGoesLeft = missing.count > 0 ? state.missingGoesLeft : state.left.count >= right.count
        return SplitCandidate(
            gain: state.bestGain,
            split: BinSplit(
                feature: feature, threshold: UInt8(truncatingIfNeeded: threshold), missingGoesLeft: missingGoesLeft),
            left: state.left, right: right)
    }

    fileprivate func shrunk(_ gradient: Double) -> Double {
        if settings.l1 == 0 { return gradient }
        return gradient > settings.l1 ? gradient - settings.l1 : gradient < -settings.l1 ? gradient + settings.l1 : 0
    }
}

private struct Scan {
    let total: GradientSums
    let search: SplitSearch
    let totalGradient: Double
    let totalHessian: Double
    let totalScore: Double
    var bestGain: Double
    var threshold: Int?
    var left = GradientSums()
    var missingGoesLeft = false

    init(total: GradientSums, search: SplitSearch) {
        self.total = total
        self.search = search
        totalGradient = search.scale.gradient(total)
        totalHessian = search.scale.hessian(total)
        let denominator = totalHessian + search.settings.l2
        let shrunk = search.shrunk(totalGradient)
        totalScore = denominator > 0 ? shrunk * shrunk / denominator : 0
        // A gain below this may be due to rounding.
        bestGain = max(search.settings.minSplitGain, totalHessian * 1e-10)
    }

    @inline(__always)
    mutating func scan(
        _ bins: UnsafePointer<GradientSums>, thresholds: Int, left start: GradientSums, missingGoesLeft: Bool
    ) {
        let settings = search.settings
        let gradientUnit = search.scale.gradient, hessianUnit = search.scale.hessian
        let mostRows = total.count - settings.minRowsPerLeaf
        var sums = start
        for bin in 0..<max(0, thresholds) {
            let entry = bins[bin]
            guard entry.count > 0 else { continue }
            sums = sums + entry
            guard sums.count >= settings.minRowsPerLeaf else { continue }
            guard sums.count <= mostRows else { break }
            let leftHessian = Double(sums.hessian) * hessianUnit
            let rightHessian = totalHessian - leftHessian
            guard leftHessian >= settings.minChildWeight else { continue }
            guard rightHessian >= settings.minChildWeight else { break }
            let leftGradient = Double(sums.gradient) * gradientUnit
            let left = search.shrunk(leftGradient), right = search.shrunk(totalGradient - leftGradient)
            let leftDenominator = leftHessian + settings.l2, rightDenominator = rightHessian + settings.l2
            let product = leftDenominator * rightDenominator
            guard product > 0 else { continue }
            // One division for the two quotients.
            let score = (left * left * rightDenominator + right * right * leftDenominator) / product
            let gain = (score - totalScore) / 2
            if gain > bestGain {
                bestGain = gain
                threshold = bin
                self.left = sums
                self.missingGoesLeft = missingGoesLeft
            }
        }
    }
}
