/// Parses numbers from bytes. The forms are those of CSV files: an optional sign and digits; for floating point also a
/// fraction, an exponent, `inf`, `infinity` and `nan`.
///
/// Blanks around a number are for the caller to remove.
enum NumberText {
    typealias Bytes = UnsafePointer<UInt8>

    /// The value of the 1 to 8 digits that end at `end`; nil when one of them is no digit. Eight bytes before `end` must
    /// be readable.
    ///
    /// Pairs, fours and eights of digits are joined by multiplication (D. Lemire, "Quickly parsing eight digits", 2018).
    @inline(__always)
    private static func digits(_ end: Bytes, _ count: Int) -> UInt64? {
        var word = UnsafeRawPointer(end - 8).loadUnaligned(as: UInt64.self) ^ 0x3030_3030_3030_3030
        let unused = UInt64(truncatingIfNeeded: 8 - count) &* 8
        word = (word &>> unused) &<< unused
        guard ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080 == 0 else { return nil }
        word = (word &* 2561) &>> 8
        word = ((word & 0x00ff_00ff_00ff_00ff) &* 6_553_601) &>> 16
        return ((word & 0x0000_ffff_0000_ffff) &* 42_949_672_960_001) &>> 32
    }

    /// An optional sign and digits; nil for any other text, and for what 64 bits do not hold.
    /// - Parameter readable: the first byte that can be read, at `begin` or before it.
    @inline(__always)
    static func int64(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Int64? {
        guard begin < end else { return nil }
        let isNegative = begin[0] == UInt8(ascii: "-")
        let start = isNegative || begin[0] == UInt8(ascii: "+") ? begin + 1 : begin
        let count = end - start
        guard count >= 1, count <= 18, end - readable >= 24 else { return digitByDigit(start, end, isNegative) }
        let magnitude: UInt64
        if count > 16 {
            guard let high = digits(end - 16, count - 16), let middle = digits(end - 8, 8), let low = digits(end, 8)
            else { return nil }
            magnitude = high &* 10_000_000_000_000_000 &+ middle &* 100_000_000 &+ low
        } else if count <= 8 {
            guard let value = digits(end, count) else { return nil }
            magnitude = value
        } else {
            guard let high = digits(end - 8, count - 8), let low = digits(end, 8) else { return nil }
            magnitude = high &* 100_000_000 &+ low
        }
        let value = Int64(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- value : value
    }

    /// Negated as it is read, since the least integer has no positive counterpart.
    private static func digitByDigit(_ begin: Bytes, _ end: Bytes, _ isNegative: Bool) -> Int64? {
        guard begin < end else { return nil }
        var value: Int64 = 0
        var position = begin
        while position < end {
            let digit = position[0] &- 0x30
            guard digit <= 9 else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (difference, overflowsToo) = product.subtractingReportingOverflow(Int64(digit))
            guard !overflows, !overflowsToo else { return nil }
            value = difference
            position += 1
        }
        if isNegative { return value }
        return value == .min ? nil : 0 - value
    }

    /// An integer that was written as a decimal number, such as `5.0`, in the range where no such number is rounded.
    static func wholeNumber(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Int64? {
        var point = begin
        while point < end, point[0] != UInt8(ascii: ".") { point += 1 }
        guard point + 1 < end else { return nil }
        var position = point + 1
        while position < end {
            guard position[0] == UInt8(ascii: "0") else { return nil }
            position += 1
        }
        guard let value = int64(begin, point, readable: readable), value.magnitude < 1 << 53 else { return nil }
        return value
    }

    /// The nearest number; nil for any other text. What is too large becomes infinite.
    /// - Parameter readable: the first byte that can be read, at `begin` or before it.
    @inline(__always)
    static func float64(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Double? {
        let count = end - begin
        // Amounts of money: digits, a point, two digits.
        if count >= 4, count <= 11, end[-3] == UInt8(ascii: "."), end - readable >= 11,
            let whole = digits(end - 3, count - 3), let cents = digits(end, 2)
        {
            return Double(whole &* 100 &+ cents) / 100
        }
        return shortDecimal(begin, end, readable: readable) ?? decimal(begin, end)
    }

    /// Up to eight digits, a point, and up to seven: both parts fit into one exact number; nil for any other text.
    @inline(__always)
    private static func shortDecimal(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Double? {
        guard end - readable >= 16, end - begin >= 3, end - begin <= 17 else { return nil }
        let isNegative = begin[0] == UInt8(ascii: "-")
        let start = isNegative ? begin + 1 : begin
        // The last point among the last eight bytes.
        let word = UnsafeRawPointer(end - 8).loadUnaligned(as: UInt64.self).littleEndian ^ 0x2E2E_2E2E_2E2E_2E2E
        let others = ((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | word
        let points = ~others & 0x8080_8080_8080_8080
        let fraction = points.leadingZeroBitCount / 8
        let whole = end - start - fraction - 1
        guard fraction >= 1, fraction <= 7, whole >= 1, whole <= 8, let high = digits(end - fraction - 1, whole),
            let low = digits(end, fraction)
        else { return nil }
        let scale = powersOfTen[fraction]
        let magnitude = Double(high &* UInt64(scale) &+ low) / scale
        return isNegative ? -magnitude : magnitude
    }

    /// Up to 2^53 as its digits and 10^22 as its scale both are exact, so that one division or multiplication rounds
    /// correctly (W. Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private static func decimal(_ begin: Bytes, _ end: Bytes) -> Double? {
        var position = begin
        var isNegative = false
        if position < end, position[0] == UInt8(ascii: "-") || position[0] == UInt8(ascii: "+") {
            isNegative = position[0] == UInt8(ascii: "-")
            position += 1
        }
        var digits: UInt64 = 0
        var scale = 0, seen = 0
        var isLong = false, isFraction = false
        while position < end {
            let digit = position[0] &- 0x30
            if digit <= 9 {
                if digits > (UInt64.max - 9) / 10 {
                    isLong = true
                } else {
                    digits = digits &* 10 &+ UInt64(digit)
                    if isFraction, scale > -100_000 { scale -= 1 }
                }
                seen += 1
            } else {
                guard position[0] == UInt8(ascii: "."), !isFraction else { break }
                isFraction = true
            }
            position += 1
        }
        guard seen > 0 else { return word(begin, end) }
        if position < end, position[0] | 0x20 == UInt8(ascii: "e") {
            guard let exponent = exponent(position + 1, end) else { return nil }
            scale += exponent
            position = end
        }
        guard position == end else { return nil }
        if isLong || digits > 1 << 53 || scale < -22 || scale > 22 {
            guard digits == 0 else { return Double(String(decoding: bytes(begin, end), as: UTF8.self)) }
            scale = 0
        }
        let exact = Double(digits)
        let magnitude = scale < 0 ? exact / powersOfTen[-scale] : exact * powersOfTen[scale]
        return isNegative ? -magnitude : magnitude
    }

    /// Cut where no number of digits makes the result finite or other than 0.
    private static func exponent(_ begin: Bytes, _ end: Bytes) -> Int? {
        var position = begin
        var isNegative = false
        if position < end, position[0] == UInt8(ascii: "-") || position[0] == UInt8(ascii: "+") {
            isNegative = position[0] == UInt8(ascii: "-")
            position += 1
        }
        guard position < end else { return nil }
        var value = 0
        while position < end {
            let digit = position[0] &- 0x30
            guard digit <= 9 else { return nil }
            if value < 100_000 { value = value * 10 + Int(digit) }
            position += 1
        }
        return isNegative ? -value : value
    }

    private static func word(_ begin: Bytes, _ end: Bytes) -> Double? {
        guard end - begin <= 9 else { return nil }
        var text = String(decoding: bytes(begin, end), as: UTF8.self).lowercased()
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text.removeFirst() }
        switch text {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return .nan
        default: return nil
        }
    }

    private static func bytes(_ begin: Bytes, _ end: Bytes) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: begin, count: end - begin)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
