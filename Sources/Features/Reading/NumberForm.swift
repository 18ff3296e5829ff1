/// Rewrites numbers with other separators than a decimal point, so that ``NumberText`` can parse them.
struct NumberForm: Sendable {
    /// Longer texts are no numbers that anybody writes.
    private static let longest = 120

    private let decimal: [UInt8]
    private let thousands: [UInt8]?

    /// nil where numbers have a decimal point and no other separator.
    init?(_ separators: NumberSeparators) {
        guard separators != .standard else { return nil }
        decimal = Array(String(separators.decimal).utf8)
        thousands = separators.thousands.map { Array(String($0).utf8) }
    }

    /// Calls the body with the number as it would be written with a point; nil where digits are grouped wrongly.
    func withStandard<Value>(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ body: (_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Value?
    ) -> Value? {
        guard end - begin <= NumberForm.longest else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberForm.longest) { target in
            guard let start = target.baseAddress, let count = rewrite(begin, end, to: start) else { return nil }
            return body(UnsafePointer(start), UnsafePointer(start + count))
        }
    }

    private func rewrite(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        var position = begin
        var count = 0
        // Digits since the last separator of thousands, of which there was one.
        var group = 0
        var isGrouped = false, isWhole = true
        while position < end {
            let byte = position[0]
            if byte &- 0x30 <= 9 {
                group += 1
            } else if isWhole, let thousands, NumberForm.starts(position, end, with: thousands) {
                guard isGrouped ? group == 3 : (1...3).contains(group) else { return nil }
                isGrouped = true
                group = 0
                position += thousands.count
                continue
            } else if isWhole, NumberForm.starts(position, end, with: decimal) {
                guard !isGrouped || group == 3 else { return nil }
                isWhole = false
                isGrouped = false
                target[count] = UInt8(ascii: ".")
                count += 1
                position += decimal.count
                continue
            } else if byte == UInt8(ascii: ".") {
                // It is neither separator.
                return nil
            } else if isGrouped {
                // An exponent ends the whole part.
                guard group == 3 else { return nil }
                isGrouped = false
                isWhole = false
            }
            target[count] = byte
            count += 1
            position += 1
        }
        return isGrouped && group != 3 ? nil : count
    }

    private static func starts(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, with bytes: [UInt8]) -> Bool
    {
        guard begin[0] == bytes[0], end - begin >= bytes.count else { return false }
        for index in 1..<max(1, bytes.count) where begin[index] != bytes[index] { return false }
        return true
    }
}
