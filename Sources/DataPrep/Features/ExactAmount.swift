/// An amount as the sums of windows take it: a number that neither rounding nor the order of addition touches.
///
/// Up to 100 million, a number with at most four decimals counts as the decimal that it was written as: as so many units of
/// 1/10,000, which fit an `Int64` in sums. Any other amount (of more decimals, or larger) counts as the binary number that it is.
struct ExactAmount: Sendable, Hashable {
    /// Units in one of money.
    static let unitsPerOne: UInt64 = 10_000
    static let largestUnits = 1e12

    /// In 1/10,000; 0 where ``rest`` says it all.
    let units: Int64
    /// The amount where units cannot say it, else 0: a multiple of 2^-128 of at most 2^100 in magnitude.
    let rest: Double

    @inline(__always)
    init(_ amount: Double) {
        let scale = Double(ExactAmount.unitsPerOne)
        let scaled = (amount * scale).rounded()
        if scaled.magnitude <= ExactAmount.largestUnits, scaled / scale == amount {
            units = Int64(scaled)
            rest = 0
        } else {
            units = 0
            rest = ExactAmount.bounded(amount)
        }
    }

    /// - Precondition: at most ``largestUnits``.
    init(units: Int64) {
        self.units = units
        rest = 0
    }

    /// What is not a number counts as 0, what is larger than 2^100 as 2^100, and only below 2^-76 is anything rounded.
    private static func bounded(_ amount: Double) -> Double {
        guard !amount.isNaN else { return 0 }
        let scaled = min(max(amount, -0x1p100), 0x1p100) * 0x1p128
        return scaled.rounded(.toNearestOrEven) * 0x1p-128
    }
}
