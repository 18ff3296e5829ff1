import Essentials

/// The regularised incomplete beta function, from which the t distribution's tails follow.
package enum IncompleteBeta {
    /// I_x(a, b) for a, b > 0, relatively accurate to about 1e-13.
    /// - Parameters:
    ///   - x: from 0 to 1.
    ///   - complement: 1 - x, given separately, since subtraction would lose digits near 1.
    package static func regularised(_ a: Double, _ b: Double, x: Double, complement: Double) -> Double {
        if x <= 0 { return 0 }
        if complement <= 0 { return 1 }
        // The fraction converges fast below the mean of the distribution; above it the other tail is used.
        return x <= (a + 1) / (a + b + 2)
            ? tail(a, b, x: x, complement: complement) : 1 - tail(b, a, x: complement, complement: x)
    }

    private static func tail(_ a: Double, _ b: Double, x: Double, complement: Double) -> Double {
        let logX = x < 0.5 ? log(x) : log1p(-complement)
        let logComplement = complement < 0.5 ? log(complement) : log1p(-x)
        return exp(a * logX + b * logComplement - logBeta(a, b)) / a * continuedFraction(a, b, x)
    }

    /// NIST Digital Library of Mathematical Functions 8.17.22, by the modified Lentz method.
    private static func continuedFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        func bounded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / bounded(1 - (a + b) * x / (a + 1))
        var fraction = d
        for step in 1...200_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / bounded(1 + even * d)
            c = bounded(1 + even / c)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / bounded(1 + odd * d)
            c = bounded(1 + odd / c)
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return fraction
    }

    /// ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b), without the cancellation that large arguments would bring.
    static func logBeta(_ a: Double, _ b: Double) -> Double {
        let small = min(a, b), large = max(a, b)
        guard large >= stirlingStart else { return logGamma(small) + logGamma(large) - logGamma(small + large) }
        let correction = stirlingCorrection(large) - stirlingCorrection(small + large)
        guard small >= stirlingStart else {
            // ln Γ(large) - ln Γ(large + small), by Stirling's formula for both.
            let power: Double = -(large - 0.5) * log1p(small / large)
            let rest: Double = small - small * log(large + small)
            return logGamma(small) + power + rest + correction
        }
        let ratio = small / large
        let leading: Double = (log(2 * Double.pi) - log(large)) / 2
        let smallPower: Double = (small - 0.5) * log(ratio / (1 + ratio))
        let largePower: Double = -large * log1p(ratio)
        return leading + smallPower + largePower + stirlingCorrection(small) + correction
    }

    private static func logGamma(_ value: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(value, &sign)
    }

    private static let stirlingStart = 15.0

    /// The remainder of Stirling's formula for ln Γ(z): the series of B(2k) / (2k (2k - 1) z^(2k - 1)), exact to the
    /// last bit from z = 15 on.
    private static func stirlingCorrection(_ z: Double) -> Double {
        let coefficients: [Double] = [
            1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156, -3617.0 / 122_400,
        ]
        let inverseSquare = 1 / (z * z)
        return coefficients.reversed().reduce(0) { $0 * inverseSquare + $1 } / z
    }
}
