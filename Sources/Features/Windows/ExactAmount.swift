/// An amount as window sums use it: sums are exact and do not depend on the order of addition.
///
/// Up to 100 million, a number with at most four decimals counts as the decimal that it was written as: as a number of
/// units of 1/10,000, whose sums fit an `Int64`. Any other amount (with more decimals, or larger) counts as the binary
/// number that it is.
struct ExactAmount: Sendable, Hashable {
    /// Units in 1.00.
    static let unitsPerOne: UInt64 = 10_000
    static let largestUnits = 1e12

    /// In 1/10,000; 0 where ``rest`` is the whole amount.
    let units: Int64
    /// The amount where units cannot express it, else 0: a multiple of 2^-128 of at most 2^100 in magnitude.
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

    /// NaN counts as 0, amounts above 2^100 as 2^100, and only digits below 2^-76 are rounded.
    private static func bounded(_ amount: Double) -> Double {
        guard !amount.isNaN else { return 0 }
        let scaled = min(max(amount, -0x1p100), 0x1p100) * 0x1p128
        return scaled.rounded(.toNearestOrEven) * 0x1p-128
    }
}
