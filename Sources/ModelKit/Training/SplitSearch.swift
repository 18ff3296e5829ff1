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

    /// The value of a leaf before the learning rate: `-T(G) / (H + l2)` within the leaf's limits.
    func leafValue(_ sums: GradientSums, limits: LeafLimits) -> Double {
        let denominator = scale.hessian(sums) + settings.l2
        return limits.clamped(denominator > 0 ? -shrunk(scale.gradient(sums)) / denominator : 0)
    }

    /// Whether both sides of a split could satisfy the limits.
    func mayBeSplit(_ sums: GradientSums) -> Bool {
        sums.count >= 2 * settings.minRowsPerLeaf && scale.hessian(sums) >= 2 * settings.minChildWeight
    }

    /// The best split between codes.
    /// - Parameters:
    ///   - codes: the feature's part of the histogram.
    ///   - codeCount: codes of present values; with `hasMissing` one more follows.
    ///   - cut: none yet.
    func best(
        feature: Int, codes: UnsafePointer<GradientSums>, codeCount: Int, hasMissing: Bool, cut: BestCut
    ) -> SplitCandidate? {
        let missing = hasMissing ? codes[codeCount] : GradientSums()
        var best = cut
        // Missing values on the right; the last threshold separates them from all others.
        scan(
            codes, count: missing.count > 0 ? codeCount : codeCount - 1, left: GradientSums(), missingGoesLeft: false,
            &best)
        if missing.count > 0 {
            scan(codes, count: codeCount - 1, left: missing, missingGoesLeft: true, &best)
        }
        return best.candidate(feature: feature, missing: missing)
    }

    @inline(__always)
    private func scan(
        _ codes: UnsafePointer<GradientSums>, count: Int, left start: GradientSums, missingGoesLeft: Bool,
        _ best: inout BestCut
    ) {
        var sums = start
        for code in 0..<max(0, count) {
            let entry = codes[code]
            guard entry.count > 0 else { continue }
            sums = sums + entry
            guard best.offer(sums, code: code, missingGoesLeft: missingGoesLeft) else { break }
        }
    }

    func shrunk(_ gradient: Double) -> Double {
        if settings.l1 == 0 { return gradient }
        return gradient > settings.l1 ? gradient - settings.l1 : gradient < -settings.l1 ? gradient + settings.l1 : 0
    }
}
