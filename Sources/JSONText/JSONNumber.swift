/// A number of a JSON text: (-1)^isNegative * mantissa * 10^exponent.
package struct JSONNumber {
    package var isNegative = false
    /// The first 19 significant digits.
    package var mantissa: UInt64 = 0
    package var exponent = 0
    /// Whether no further digit than those of the mantissa is other than 0.
    package var isExact = true
    /// Whether it has no fraction and no exponent.
    package var isInteger = true
    /// Its position in the text.
    package var range = 0..<0

    @inlinable
    init() {}

    /// Why a number is not one of a type.
    package enum Problem: Error {
        case notAnInteger
        /// The type cannot hold it.
        case outOfRange
    }

    /// The number as a 64-bit integer, in whichever form it was written: `31`, `31.0`, `3.1e1`.
    @inlinable
    package func int64() throws(Problem) -> Int64 {
        var magnitude = mantissa
        if exponent != 0 || !isExact { magnitude = try scaled() }
        guard magnitude <= (isNegative ? 1 << 63 : 1 << 63 - 1) else { throw .outOfRange }
        return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(truncatingIfNeeded: magnitude)
    }

    @usableFromInline
    func scaled() throws(Problem) -> UInt64 {
        guard isExact else { throw exponent >= 0 ? .outOfRange : .notAnInteger }
        var magnitude = mantissa
        var rest = magnitude == 0 ? 0 : exponent
        while rest < 0 {
            guard magnitude % 10 == 0 else { throw .notAnInteger }
            magnitude /= 10
            rest += 1
        }
        while rest > 0 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .outOfRange }
            magnitude = product
            rest -= 1
        }
        return magnitude
    }

    /// The nearest double.
    package func double(in text: UnsafeBufferPointer<UInt8>) throws(Problem) -> Double {
        // Both factors are doubles without rounding, so that the one operation rounds correctly: W. Clinger, "How to Read
        // Floating Point Numbers Accurately" (1990).
        if isExact, mantissa <= 1 << 53, exponent.magnitude <= 22 {
            let magnitude = Double(mantissa)
            let value =
                exponent < 0
                ? magnitude / JSONNumber.powersOfTen[-exponent] : magnitude * JSONNumber.powersOfTen[exponent]
            return isNegative ? -value : value
        }
        let digits = String(decoding: UnsafeBufferPointer(rebasing: text[range]), as: UTF8.self)
        guard let value = Double(digits), value.isFinite else { throw .outOfRange }
        return value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

extension JSONScanner {
    /// Skips the longest number that begins here. Of `01` or `1.` that is the first digit; the rest is refused by
    /// whoever reads what must follow a value.
    @inlinable @inline(__always)
    package mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        var number = JSONNumber()
        if text[position] == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        if position < text.count, text[position] == UInt8(ascii: "0") {
            position += 1
        } else if digits(into: &number, isFraction: false) == 0 {
            position = start
            throw JSONError(.expectedValue, at: start)
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            if digits(into: &number, isFraction: true) == 0 { position -= 1 } else { number.isInteger = false }
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e"), let exponent = exponent() {
            number.exponent += exponent
            number.isInteger = false
        }
        number.range = start..<position
        return number
    }

    /// - Returns: the number of digits.
    @inlinable @inline(__always)
    mutating func digits(into number: inout JSONNumber, isFraction: Bool) -> Int {
        let start = position
        while position < text.count {
            let digit = text[position] &- 0x30
            guard digit <= 9 else { break }
            if number.mantissa < 1_000_000_000_000_000_000 {
                number.mantissa = number.mantissa &* 10 &+ UInt64(digit)
                if isFraction { number.exponent -= 1 }
            } else {
                if digit != 0 { number.isExact = false }
                if !isFraction { number.exponent += 1 }
            }
            position += 1
        }
        return position - start
    }

    /// Skips an `e` and the signed digits after it; nil, without skipping anything, where there are none. Large ones stop
    /// at a million.
    @usableFromInline
    mutating func exponent() -> Int? {
        let back = position
        position += 1
        var isNegative = false
        if position < text.count, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
            isNegative = text[position] == UInt8(ascii: "-")
            position += 1
        }
        let start = position
        var value = 0
        while position < text.count {
            let digit = text[position] &- 0x30
            guard digit <= 9 else { break }
            value = min(1_000_000, value * 10 + Int(digit))
            position += 1
        }
        guard position > start else {
            position = back
            return nil
        }
        return isNegative ? -value : value
    }
}
