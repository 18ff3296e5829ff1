/// Functions that use only additions, multiplications, divisions and square roots. IEEE 754 rounds these the same way
/// everywhere, while the last bits of a system's `log` and `exp` differ from one C library to the next.
package enum PortableMath {
    /// e to the power of -x for 0 <= x <= 700, to about 1e-15.
    package static func exponentialOfNegative(_ x: Double) -> Double {
        // exp(-x) = 2^-n exp(-r) with r below ln 2, which is subtracted in two parts so that r keeps its last bits.
        let halvings = (x / 0.693_147_180_559_945_3).rounded(.down)
        let rest = (x - halvings * 0x1.62E42FEEp-1) - halvings * 0x1.A39EF35793C76p-33
        var sum = 1.0
        for term in stride(from: 22.0, through: 1, by: -1) { sum = 1 - rest / term * sum }
        return Double(sign: .plus, exponent: -Int(halvings), significand: sum)
    }

    /// The natural logarithm of a positive, finite number, to about 1e-15.
    package static func naturalLogarithm(_ x: Double) -> Double {
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.414_213_562_373_095_1 {
            mantissa /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is at most 0.172 here.
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var series = 0.0
        for odd in stride(from: 23.0, through: 1, by: -2) { series = series * square + 1 / odd }
        return exponent * 0.693_147_180_559_945_3 + 2 * ratio * series
    }

    /// The standard normal quantile of `probability`, strictly between 0 and 1; relative error about 1e-16. M. Wichura,
    /// "Algorithm AS 241: The Percentage Points of the Normal Distribution", 1988.
    package static func normalQuantile(_ probability: Double) -> Double {
        let centred = probability - 0.5
        if abs(centred) <= 0.425 {
            let r = 0.180625 - centred * centred
            return centred * ratio(r, centralNumerator, centralDenominator)
        }
        let tail = centred < 0 ? probability : 1 - probability
        let r = (-naturalLogarithm(tail)).squareRoot()
        let deviate =
            r <= 5
            ? ratio(r - 1.6, middleNumerator, middleDenominator) : ratio(r - 5, farNumerator, farDenominator)
        return centred < 0 ? -deviate : deviate
    }

    /// Coefficients of a polynomial of degree seven, lowest first.
    private typealias Coefficients = (Double, Double, Double, Double, Double, Double, Double, Double)

    @inline(__always)
    private static func ratio(_ x: Double, _ numerator: Coefficients, _ denominator: Coefficients) -> Double {
        polynomial(x, numerator) / polynomial(x, denominator)
    }

    @inline(__always)
    private static func polynomial(_ x: Double, _ c: Coefficients) -> Double {
        ((((((c.7 * x + c.6) * x + c.5) * x + c.4) * x + c.3) * x + c.2) * x + c.1) * x + c.0
    }

    private static let centralNumerator: Coefficients = (
        3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
        45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727
    )
    private static let centralDenominator: Coefficients = (
        1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
        39307.895800092710610, 28729.085735721942674, 5226.4952788528545610
    )
    private static let middleNumerator: Coefficients = (
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 0.000774545014278341407640
    )
    private static let middleDenominator: Coefficients = (
        1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
        0.0151986665636164571966, 0.000547593808499534494600, 0.00000000105075007164441684324
    )
    private static let farNumerator: Coefficients = (
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
        0.0265321895265761230930, 0.00124266094738807843860, 0.0000271155556874348757815, 0.000000201033439929228813265
    )
    private static let farDenominator: Coefficients = (
        1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 0.000786869131145613259100,
        0.0000184631831751005468180, 0.000000142151175831644588870, 0.00000000000000204426310338993978564
    )
}
