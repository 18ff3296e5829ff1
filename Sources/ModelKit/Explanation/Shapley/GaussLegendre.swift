import Essentials

/// Gauss-Legendre quadrature on [0, 1]: n points integrate polynomials up to the degree 2n - 1 exactly.
///
/// The points are the roots of Legendre polynomials, by Newton's method; see Press et al., Numerical Recipes, 4.6.
struct GaussLegendre: Sendable {
    let points: [Double]
    let weights: [Double]

    init(count: Int) {
        var points = [Double](repeating: 0.5, count: count)
        var weights = [Double](repeating: 1, count: count)
        for index in 0..<((count + 1) / 2) {
            var root = cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            for _ in 0..<100 {
                let (value, derivative) = Self.legendre(count, at: root)
                slope = derivative
                let step = value / derivative
                root -= step
                if abs(step) < 1e-15 { break }
            }
            // From [-1, 1] to [0, 1]: the roots lie symmetrically.
            let weight = 1 / ((1 - root * root) * slope * slope)
            points[index] = (1 - root) / 2
            points[count - 1 - index] = (1 + root) / 2
            weights[index] = weight
            weights[count - 1 - index] = weight
        }
        self.points = points
        self.weights = weights
    }

    /// The polynomial's value and derivative, by the recurrence over degrees.
    private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
        var earlier = 1.0, current = x
        guard degree > 1 else { return (x, 1) }
        for index in 2...degree {
            let order = Double(index)
            (earlier, current) = (current, ((2 * order - 1) * x * current - (order - 1) * earlier) / order)
        }
        return (current, Double(degree) * (x * current - earlier) / (x * x - 1))
    }
}
