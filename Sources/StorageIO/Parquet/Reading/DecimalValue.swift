/// The unscaled value of a DECIMAL, of any length, and its conversions.
enum DecimalValue {
    /// Two's complement, most significant byte first; nil for a number that does not fit 64 bits.
    static func int64(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first else { return 0 }
        let sign: UInt8 = first < 0x80 ? 0 : 0xFF
        let excess = max(0, bytes.count - 8)
        guard bytes.prefix(excess).allSatisfy({ $0 == sign }) else { return nil }
        var value: Int64 = sign == 0 ? 0 : -1
        for byte in bytes.dropFirst(excess) { value = value << 8 | Int64(byte) }
        return (value < 0) == (sign != 0) ? value : nil
    }

    /// The nearest double to an unscaled value divided by 10 to the power of `scale`.
    static func float64(_ bytes: ArraySlice<UInt8>, scale: Int) -> Double {
        if let value = int64(bytes) { return float64(value, scale: scale) }
        return nearest(text(bytes), scale: scale)
    }

    /// The nearest double to an unscaled value divided by 10 to the power of `scale`.
    static func float64(_ value: Int64, scale: Int) -> Double {
        if scale == 0 { return Double(value) }
        // Both are exact doubles, and a division rounds once.
        if value.magnitude <= 1 << 53, powersOfTen.indices.contains(scale) { return Double(value) / powersOfTen[scale] }
        return nearest("\(value)", scale: scale)
    }

    /// In decimal digits, before scaling.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard let first = bytes.first else { return "0" }
        let isNegative = first >= 0x80
        var magnitude = Array(bytes)
        if isNegative {
            var carry = true
            for index in magnitude.indices.reversed() {
                magnitude[index] = ~magnitude[index]
                if carry { (magnitude[index], carry) = magnitude[index].addingReportingOverflow(1) }
            }
        }
        // Divides by ten until nothing is left; numbers are some dozens of bytes long at most.
        var digits: [UInt8] = []
        var rest = magnitude[...]
        while true {
            rest = rest.drop { $0 == 0 }
            guard !rest.isEmpty else { break }
            var remainder = 0
            for index in rest.indices {
                let part = remainder << 8 | Int(rest[index])
                rest[index] = UInt8(truncatingIfNeeded: part / 10)
                remainder = part % 10
            }
            digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder))
        }
        guard !digits.isEmpty else { return "0" }
        return (isNegative ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
    }

    private static func nearest(_ digits: String, scale: Int) -> Double { Double("\(digits)e\(-scale)") ?? .nan }

    /// Powers of ten that a double holds exactly.
    private static let powersOfTen: [Double] = (0...22).reduce(into: []) { powers, _ in
        powers.append(powers.last.map { $0 * 10 } ?? 1)
    }
}
