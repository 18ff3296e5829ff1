/// A sum of amounts that have no common decimal unit: a 256-bit integer in units of 2^-128, modulo 2^256.
///
/// Doubles of 2^-76 to 2^100 in magnitude are such integers, and so are sums of 2^27 of them. Adding integers is exact in any order,
/// and the sum over a window is the difference of two sums from the beginning.
struct ExactSum: Sendable, Hashable {
    /// From the lowest to the highest, in two's complement.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    /// - Precondition: a multiple of 2^-128 of at most 2^100 in magnitude, as ``ExactAmount/rest`` is.
    init(_ value: Double) {
        guard value != 0 else { return }
        let scaled = value.magnitude * 0x1p128
        // Shifted by 52 bits, any double from 1 on is an integer; below 2^52 the lowest bits are zeros.
        let significand = scaled.significandBitPattern | 1 << 52
        let shift = Int(scaled.exponent) - 52
        if shift < 0 {
            words.0 = significand >> UInt64(-shift)
        } else {
            let low = significand << UInt64(shift & 63)
            let high = shift & 63 == 0 ? 0 : significand >> UInt64(64 - shift & 63)
            switch shift >> 6 {
            case 0: (words.0, words.1) = (low, high)
            case 1: (words.1, words.2) = (low, high)
            default: (words.2, words.3) = (low, high)
            }
        }
        if value < 0 { self = ExactSum() &- self }
    }

    /// - Precondition: a magnitude of at most 256 bits.
    init(magnitude: WideInteger, isNegative: Bool) {
        let parts = magnitude.words + repeatElement(0, count: 4)
        words = (parts[0], parts[1], parts[2], parts[3])
        if isNegative { self = ExactSum() &- self }
    }

    var isZero: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    var isNegative: Bool { Int64(bitPattern: words.3) < 0 }

    /// The sum without its sign, in units of 2^-128.
    var magnitude: WideInteger {
        let positive = isNegative ? ExactSum() &- self : self
        return WideInteger(words: [positive.words.0, positive.words.1, positive.words.2, positive.words.3])
    }

    /// The sum as a double, exact for the sum of a single one.
    var double: Double {
        if isNegative { return -(ExactSum() &- self).double }
        return Double(words.0) * 0x1p-128 + Double(words.1) * 0x1p-64 + Double(words.2) + Double(words.3) * 0x1p64
    }

    static func &+ (left: ExactSum, right: ExactSum) -> ExactSum {
        var sum = ExactSum()
        var carry: UInt64 = 0
        sum.words.0 = add(left.words.0, right.words.0, &carry)
        sum.words.1 = add(left.words.1, right.words.1, &carry)
        sum.words.2 = add(left.words.2, right.words.2, &carry)
        sum.words.3 = add(left.words.3, right.words.3, &carry)
        return sum
    }

    static func &- (left: ExactSum, right: ExactSum) -> ExactSum {
        // Two's complement: subtracting a number is adding its complement and 1.
        var difference = ExactSum()
        var carry: UInt64 = 1
        difference.words.0 = add(left.words.0, ~right.words.0, &carry)
        difference.words.1 = add(left.words.1, ~right.words.1, &carry)
        difference.words.2 = add(left.words.2, ~right.words.2, &carry)
        difference.words.3 = add(left.words.3, ~right.words.3, &carry)
        return difference
    }

    static func == (left: ExactSum, right: ExactSum) -> Bool { (left &- right).isZero }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    @inline(__always)
    private static func add(_ left: UInt64, _ right: UInt64, _ carry: inout UInt64) -> UInt64 {
        let (partial, first) = left.addingReportingOverflow(right)
        let (sum, second) = partial.addingReportingOverflow(carry)
        carry = first || second ? 1 : 0
        return sum
    }
}

extension ExactSum {
    /// The double nearest to the mean of `count` amounts whose sum is this many units of 1/10,000 plus this sum.
    /// - Precondition: at least one amount, and fewer than 2^32.
    func mean(units: Int64, count: Int) -> Double {
        // The sum in units of 2^-128 / 10,000, five words in two's complement.
        let extension5: UInt64 = isNegative ? .max : 0
        var carry: UInt64 = 0
        var product = (
            ExactSum.scale(words.0, &carry), ExactSum.scale(words.1, &carry), ExactSum.scale(words.2, &carry),
            ExactSum.scale(words.3, &carry), ExactSum.scale(extension5, &carry)
        )
        let unitsExtension: UInt64 = units < 0 ? .max : 0
        carry = 0
        product.2 = ExactSum.add(product.2, UInt64(bitPattern: units), &carry)
        product.3 = ExactSum.add(product.3, unitsExtension, &carry)
        product.4 = ExactSum.add(product.4, unitsExtension, &carry)
        let isNegative = Int64(bitPattern: product.4) < 0
        if isNegative {
            carry = 1
            product.0 = ExactSum.add(~product.0, 0, &carry)
            product.1 = ExactSum.add(~product.1, 0, &carry)
            product.2 = ExactSum.add(~product.2, 0, &carry)
            product.3 = ExactSum.add(~product.3, 0, &carry)
            product.4 = ExactSum.add(~product.4, 0, &carry)
        }
        // Two words of zeros below: the quotient of anything but 0 then has more bits than a double.
        var division = LongDivision(by: UInt64(count) * ExactAmount.unitsPerOne)
        division.take(product.4)
        division.take(product.3)
        division.take(product.2)
        division.take(product.1)
        division.take(product.0)
        division.take(0)
        division.take(0)
        let magnitude = division.quotient(exponent: -256)
        return isNegative ? -magnitude : magnitude
    }

    @inline(__always)
    private static func scale(_ word: UInt64, _ carry: inout UInt64) -> UInt64 {
        let (high, low) = word.multipliedFullWidth(by: ExactAmount.unitsPerOne)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        carry = high &+ (overflow ? 1 : 0)
        return sum
    }
}

/// Divides a long number, word by word from the highest, and keeps the part of the quotient that a double needs.
private struct LongDivision {
    private let divisor: UInt64
    private var remainder: UInt64 = 0
    /// The quotient's first word that is not 0, and the one after it.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    /// The number of words after the first.
    private var later = 0
    private var hasMore = false

    init(by divisor: UInt64) { self.divisor = divisor }

    @inline(__always)
    mutating func take(_ word: UInt64) {
        let (quotient, rest) = divisor.dividingFullWidth((remainder, word))
        remainder = rest
        if first == 0 {
            first = quotient
        } else {
            later += 1
            if later == 1 { second = quotient } else { hasMore = hasMore || quotient != 0 }
        }
    }

    /// The quotient times 2^exponent, rounded once, to the nearest double.
    func quotient(exponent: Int) -> Double {
        guard first != 0 else { return 0 }
        let shift = first.leadingZeroBitCount
        var top = first << UInt64(shift)
        if shift > 0 { top |= second >> UInt64(64 - shift) }
        // Bits below the top 64 matter only for ties.
        if hasMore || remainder != 0 || second << UInt64(shift) != 0 { top |= 1 }
        return Double(sign: .plus, exponent: exponent + 64 * later - shift, significand: Double(top))
    }
}
