/// Integers as decimal digits, without a string for each.
package enum DecimalDigits {
    /// As many as a 64-bit integer has at most.
    @inlinable
    package static var maximum: Int { 20 }

    /// Writes a number's digits.
    /// - Returns: How many there are.
    /// - Precondition: The memory has room for ``maximum`` bytes.
    @inlinable
    @inline(__always)
    package static func write(_ value: UInt64, to text: UnsafeMutablePointer<UInt8>) -> Int {
        var length = 1
        var bound: UInt64 = 10
        while length < maximum, value >= bound {
            length += 1
            let (next, overflows) = bound.multipliedReportingOverflow(by: 10)
            if overflows { break }
            bound = next
        }
        var rest = value
        var position = length
        while position > 0 {
            position -= 1
            text[position] = UInt8(truncatingIfNeeded: 0x30 &+ rest % 10)
            rest /= 10
        }
        return length
    }
}

extension [UInt8] {
    /// Appends a number's digits.
    package mutating func append(decimal value: UInt64) {
        if value < 10 { return append(0x30 | UInt8(truncatingIfNeeded: value)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalDigits.maximum) { digits in
            guard let start = digits.baseAddress else { return }
            append(contentsOf: UnsafeBufferPointer(start: start, count: DecimalDigits.write(value, to: start)))
        }
    }

    /// Appends a number's digits, after a minus if it is negative.
    package mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }
}
