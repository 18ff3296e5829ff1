import Essentials

/// The standard normal distribution.
package enum NormalDistribution {
    /// The probability of a value at least as far from 0 as `z`.
    package static func twoSidedTail(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

    /// The value that is not exceeded with this probability, which must lie between 0 and 1.
    package static func quantile(_ probability: Double) -> Double {
        let tail = min(probability, 1 - probability)
        // Abramowitz and Stegun 26.2.23, accurate to 4.5e-4 ...
        let t = (-2 * log(tail)).squareRoot()
        var value =
            t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        // ... and Halley's steps, each of which triples the number of correct digits.
        for _ in 0..<3 {
            let excess = 0.5 * erfc(value / 2.0.squareRoot()) - tail
            let step = excess * (2 * .pi).squareRoot() * exp(value * value / 2)
            value += step / (1 - value * step / 2)
        }
        return probability < 0.5 ? -value : value
    }
}
