/// The variance of numbers from their exact sums: the double nearest to it, whatever the order of addition.
enum ExactVariance {
    /// The double nearest to the variance with n - 1.
    /// - Parameters:
    ///   - units: The sum of the numbers that are multiples of 1/10,000, in these.
    ///   - squares: The sum of the squares of the units.
    ///   - rest: The sum of the other numbers.
    ///   - restSquares: The sum of their squares.
    /// - Precondition: at least two numbers, and fewer than 2^32.
    @inline(__always)
    static func variance(
        count: Int, units: Int64, squares: UInt128, rest: ExactSum, restSquares: WideInteger
    ) -> Double {
        let n = UInt128(count)
        if restSquares.isZero {
            // The sum's square is at most n times the sum of squares, and that has at most 128 bits.
            let square = UInt128(units.magnitude) * UInt128(units.magnitude)
            let (product, overflow) = n.multipliedReportingOverflow(by: squares)
            if !overflow, product >= square {
                return nearest(product - square, over: n * (n - 1) * (unitsPerOne * unitsPerOne))
            }
        }
        return wide(count, units, squares, rest, restSquares)
    }

    private static let unitsPerOne = UInt128(ExactAmount.unitsPerOne)

    /// The double nearest to a fraction.
    /// - Precondition: the denominator is a multiple of 10,000 of at most 96 bits.
    @inline(__always)
    static func nearest(_ numerator: UInt128, over denominator: UInt128) -> Double {
        guard let numerator = UInt64(exactly: numerator), let denominator = UInt64(exactly: denominator) else {
            return divided(numerator, by: denominator)
        }
        // Of amounts in cents, both are multiples of 10,000.
        let (reduced, rest) = numerator.quotientAndRemainder(dividingBy: ExactAmount.unitsPerOne)
        let (dividend, divisor) =
            rest == 0 ? (reduced, denominator / ExactAmount.unitsPerOne) : (numerator, denominator)
        if dividend < 1 << 53, divisor < 1 << 53 {
            // Both are exact, and IEEE 754 rounds the quotient once.
            return Double(dividend) / Double(divisor)
        }
        return divided(UInt128(numerator), by: UInt128(denominator))
    }

    @inline(never)
    private static func divided(_ numerator: UInt128, by denominator: UInt128) -> Double {
        guard numerator != 0 else { return 0 }
        guard let divisor = UInt64(exactly: denominator) else { return dividedSlowly(numerator, by: denominator) }
        // Dividend and divisor are shifted so that the quotient has 63 or 64 bits.
        let shift = numerator.leadingZeroBitCount - 1, divisorShift = divisor.leadingZeroBitCount
        let dividend = shift < 0 ? numerator >> 1 : numerator << UInt128(shift)
        let isOdd = shift < 0 && numerator & 1 != 0
        let (quotient, remainder) = (divisor << UInt64(divisorShift)).dividingFullWidth(
            (UInt64(truncatingIfNeeded: dividend >> 64), UInt64(truncatingIfNeeded: dividend)))
        // Bits below these matter only for ties.
        let top = remainder != 0 || isOdd ? quotient | 1 : quotient
        return Double(sign: .plus, exponent: divisorShift - shift, significand: Double(top))
    }

    @inline(never)
    private static func dividedSlowly(_ numerator: UInt128, by denominator: UInt128) -> Double {
        var (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        var exponent = 0
        while quotient < 1 << 64 {
            let (next, rest) = (remainder << 32).quotientAndRemainder(dividingBy: denominator)
            quotient = quotient << 32 | next
            remainder = rest
            exponent -= 32
        }
        return rounded(quotient, hasMore: remainder != 0, exponent: exponent)
    }

    /// A number of at least 64 bits, and perhaps something below it, times 2^exponent.
    private static func rounded(_ number: UInt128, hasMore: Bool, exponent: Int) -> Double {
        let shift = max(0, 64 - number.leadingZeroBitCount)
        var top = UInt64(truncatingIfNeeded: number >> UInt128(shift))
        // Bits below the top 64 matter only for ties.
        if hasMore || number & ((1 << UInt128(shift)) - 1) != 0 { top |= 1 }
        return Double(sign: .plus, exponent: exponent + shift, significand: Double(top))
    }

    /// Where numbers are no multiples of 1/10,000: in integers of 2^-128 / 10,000.
    @inline(never)
    private static func wide(
        _ count: Int, _ units: Int64, _ squares: UInt128, _ rest: ExactSum, _ restSquares: WideInteger
    ) -> Double {
        let perOne = ExactAmount.unitsPerOne
        var sum = rest.magnitude
        sum.multiply(by: perOne)
        let unitPart = WideInteger(units.magnitude).shiftedByWords(2)
        if rest.isNegative == (units < 0) {
            sum.add(unitPart)
        } else if sum < unitPart {
            sum = unitPart.subtracting(sum)
        } else {
            sum = sum.subtracting(unitPart)
        }
        var numerator = restSquares
        numerator.multiply(by: perOne * perOne)
        numerator.add(WideInteger(squares).shiftedByWords(4))
        numerator.multiply(by: UInt64(count))
        numerator = numerator.subtracting(sum.squared)
        // 256 bits of fraction, and 256 more so that the quotient of anything but 0 has more bits than a double.
        var quotient = numerator.shiftedByWords(4)
        var hasMore = quotient.divide(by: UInt64(count) * UInt64(count - 1))
        hasMore = quotient.divide(by: perOne * perOne) || hasMore
        guard let highest = quotient.words.lastIndex(where: { $0 != 0 }), highest > 0 else { return 0 }
        let top = UInt128(quotient.words[highest]) << 64 | UInt128(quotient.words[highest - 1])
        hasMore = hasMore || quotient.words[..<(highest - 1)].contains { $0 != 0 }
        return rounded(top, hasMore: hasMore, exponent: 64 * (highest - 1) - 512)
    }
}

/// An integer of any length that is not negative, for sums of which most are small.
struct WideInteger: Sendable, Hashable {
    /// From the lowest to the highest; the highest is not 0.
    private(set) var words: [UInt64]

    init(_ value: UInt64 = 0) { words = value == 0 ? [] : [value] }

    init(_ value: UInt128) {
        words = [UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value >> 64)]
        normalize()
    }

    init(words: [UInt64]) {
        self.words = words
        normalize()
    }

    /// The square of a multiple of 2^-128 of at most 2^100 in magnitude, in units of 2^-256.
    init(squareOf value: Double) {
        guard value != 0 else {
            words = []
            return
        }
        let scaled = value.magnitude * 0x1p128
        let shift = Int(scaled.exponent) - 52
        let significand = scaled.significandBitPattern | 1 << 52
        var number = WideInteger(shift < 0 ? significand >> UInt64(-shift) : significand)
        number = number.squared
        if shift > 0 {
            number = number.shiftedByWords(2 * shift / 64)
            number.multiply(by: 1 << UInt64(2 * shift % 64))
        }
        self = number
    }

    var isZero: Bool { words.isEmpty }

    private mutating func normalize() {
        while words.last == 0 { words.removeLast() }
    }

    mutating func add(_ other: WideInteger) {
        var carry: UInt64 = 0
        if words.count < other.words.count {
            words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
        }
        for index in words.indices {
            if index >= other.words.count, carry == 0 { break }
            let (partial, first) = words[index].addingReportingOverflow(
                index < other.words.count ? other.words[index] : 0)
            let (sum, second) = partial.addingReportingOverflow(carry)
            words[index] = sum
            carry = first || second ? 1 : 0
        }
        if carry > 0 { words.append(carry) }
    }

    /// - Precondition: the other is not greater.
    func subtracting(_ other: WideInteger) -> WideInteger {
        var difference = words
        var borrow: UInt64 = 0
        for index in difference.indices {
            let (partial, first) = difference[index].subtractingReportingOverflow(
                index < other.words.count ? other.words[index] : 0)
            let (rest, second) = partial.subtractingReportingOverflow(borrow)
            difference[index] = rest
            borrow = first || second ? 1 : 0
        }
        return WideInteger(words: difference)
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in words.indices {
            let (high, low) = words[index].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            words[index] = sum
            carry = high &+ (overflow ? 1 : 0)
        }
        if carry > 0 { words.append(carry) }
        normalize()
    }

    var squared: WideInteger {
        var product = WideInteger()
        for (index, word) in words.enumerated() {
            var partial = self
            partial.multiply(by: word)
            product.add(partial.shiftedByWords(index))
        }
        return product
    }

    func shiftedByWords(_ count: Int) -> WideInteger {
        isZero ? self : WideInteger(words: [UInt64](repeating: 0, count: count) + words)
    }

    /// - Returns: whether there was a remainder.
    mutating func divide(by divisor: UInt64) -> Bool {
        var remainder: UInt64 = 0
        for index in words.indices.reversed() {
            (words[index], remainder) = divisor.dividingFullWidth((remainder, words[index]))
        }
        normalize()
        return remainder != 0
    }

    static func < (left: WideInteger, right: WideInteger) -> Bool {
        guard left.words.count == right.words.count else { return left.words.count < right.words.count }
        for (mine, other) in zip(left.words, right.words).reversed() where mine != other { return mine < other }
        return false
    }
}
