/// Gradient and hessian of a row, as multiples of the training's quanta.
typealias GradientPair = SIMD2<Int32>

/// Sums over the rows of a bin.
///
/// They are integers: exact, so that the order of additions does not matter. A training gives the same trees on any number
/// of threads, and the difference of two histograms is the histogram of the difference.
struct GradientSums: Sendable, Hashable {
    var gradient: Int64 = 0
    var hessian: Int64 = 0
    var count = 0

    static func + (left: Self, right: Self) -> Self {
        Self(
            gradient: left.gradient &+ right.gradient, hessian: left.hessian &+ right.hessian,
            count: left.count &+ right.count)
    }

    /// With one more row.
    static func + (left: Self, right: GradientPair) -> Self {
        Self(
            gradient: left.gradient &+ Int64(right.x), hessian: left.hessian &+ Int64(right.y),
            count: left.count &+ 1)
    }

    static func - (left: Self, right: Self) -> Self {
        Self(
            gradient: left.gradient &- right.gradient, hessian: left.hessian &- right.hessian,
            count: left.count &- right.count)
    }
}
