/// What a text could be read as.
package struct TextForm: OptionSet, Sendable {
    package let rawValue: UInt8

    package static let integer = TextForm(rawValue: 1)
    package static let decimalWithPoint = TextForm(rawValue: 2)
    package static let decimalWithComma = TextForm(rawValue: 4)
    package static let hexadecimal = TextForm(rawValue: 8)

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The forms of a text, in one pass for each. Blanks at its ends do not count.
    package init(_ text: UnsafeRawBufferPointer) {
        var bytes = text[...]
        while let first = bytes.first, Self.isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, Self.isBlank(last) { bytes.removeLast() }
        self = Self.number(bytes)
        if Self.isHexadecimal(bytes) { insert(.hexadecimal) }
    }

    private static func number(_ text: Slice<UnsafeRawBufferPointer>) -> TextForm {
        var bytes = text
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        var digits = 0, points = 0, commas = 0
        // Digits since the last separator, and whether all groups between two separators have three.
        var group = 0
        var areGroups = true
        var lastSeparator: UInt8 = 0
        var index = bytes.startIndex
        loop: while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                group += 1
            case UInt8(ascii: "."), UInt8(ascii: ","):
                if points + commas > 0, group != 3 { areGroups = false }
                // The separator of decimals comes once and last.
                if points + commas > 1, lastSeparator != byte, byte == UInt8(ascii: ".") ? points > 0 : commas > 0 {
                    return []
                }
                if byte == UInt8(ascii: ".") { points += 1 } else { commas += 1 }
                lastSeparator = byte
                group = 0
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard digits > 0, commas == 0, points <= 1, isExponent(bytes[(index + 1)...]) else { return [] }
                return .decimalWithPoint
            default: return []
            }
            index += 1
        }
        guard digits > 0, areGroups else { return [] }
        switch (points, commas) {
        case (0, 0): return .integer
        case (1, 0): return .decimalWithPoint
        case (0, 1): return .decimalWithComma
        // Only groups of thousands: the other separator is that of decimals.
        case (_, 0): return group == 3 ? .decimalWithComma : []
        case (0, _): return group == 3 ? .decimalWithPoint : []
        case (1, _) where lastSeparator == UInt8(ascii: "."): return .decimalWithPoint
        case (_, 1) where lastSeparator == UInt8(ascii: ","): return .decimalWithComma
        default: return []
        }
    }

    private static func isExponent(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        var bytes = text
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        return !bytes.isEmpty && bytes.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// Eight or more hexadecimal digits, also after `0x`, or in the groups of a UUID.
    private static func isHexadecimal(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        var bytes = text
        if bytes.count > 2, bytes[bytes.startIndex] == UInt8(ascii: "0"),
            bytes[bytes.startIndex + 1] | 0x20 == UInt8(ascii: "x")
        {
            bytes = bytes.dropFirst(2)
        }
        guard bytes.count >= 8 else { return false }
        let isUUID = bytes.count == 36
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                continue
            case UInt8(ascii: "-") where isUUID && (offset == 8 || offset == 13 || offset == 18 || offset == 23):
                continue
            default: return false
            }
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
