import Essentials
import CStorageKernels
import Columnar

/// Parses texts as values; shared by `CSVReader` and the cleaning of transactions.
///
/// Spaces and tabs around a value do not count. Then:
/// - An integer is an optional `+` or `-` and decimal digits, leading zeros allowed, within the type's range. `1e3`,
///   `5.0` and `1_000` are not integers (DuckDB would convert, and partly round, them).
/// - A floating-point number is an optional sign, digits with an optional `.` (at least one digit on either side), and an
///   optional exponent; or `inf`, `infinity` or `nan` in any case, with an optional sign. It is rounded correctly; what is
///   too large becomes infinite. Hexadecimal forms are not accepted.
/// - A timestamp is what ``CivilDateTime/microseconds(parsing:)-(UnsafeBufferPointer<UInt8>)`` reads: `yyyy-MM-dd
///   HH:mm:ss`, also with `T`, a fraction, a zone; and what other programs export, as ``TimestampText`` says. `24:00:00`,
///   second 60 and dates outside the calendar are not accepted, nor is a date without a time.
/// - A date is `yyyy-MM-dd` or `yyyy/MM/dd`.
/// - A boolean is `true` or `false`, `t` or `f`, `yes` or `no`, `y` or `n`, in any case.
///
/// All functions take the bytes from `begin` up to `end`; the ``TextBlock/padding`` bytes before `begin` must be readable.
package enum TextValue {
    @inline(__always)
    package static func int64(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
        var value: Int64 = 0
        if csv_parse_int64(begin, end, &value) { return value }
        guard let (begin, end) = trimmed(begin, end) else { return nil }
        return csv_parse_int64(begin, end, &value) ? value : nil
    }

    /// Whether a text is an integer, however large.
    package static func isInteger(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        var text = UnsafeBufferPointer(start: begin, count: end - begin)[...]
        if text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") { text.removeFirst() }
        return !text.isEmpty && text.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// Only the usual form of an integer, without blanks around it; nothing is stored for any other text.
    @inline(__always)
    package static func parse(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ value: inout Int64
    ) -> Bool {
        csv_parse_int64(begin, end, &value)
    }

    /// Only the usual form of a number, without blanks around it and short enough for exact arithmetic.
    @inline(__always)
    package static func parse(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ value: inout Double
    ) -> Bool {
        csv_parse_decimal(begin, end, &value) == CSV_EXACT
    }

    @inline(__always)
    package static func int32(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int32? {
        int64(begin, end).flatMap { Int32(exactly: $0) }
    }

    @inline(__always)
    package static func float64(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        var value = 0.0
        if csv_parse_decimal(begin, end, &value) == CSV_EXACT { return value }
        return uncommonFloat64(begin, end)
    }

    @inline(never)
    private static func uncommonFloat64(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        var value = 0.0
        switch csv_parse_decimal(begin, end, &value) {
        case CSV_EXACT:
            return value
        case CSV_NEEDS_LONG_ARITHMETIC:
            return Double(string(begin, end))
        default:
            var word = string(begin, end).lowercased()
            let isNegative = word.hasPrefix("-")
            if isNegative || word.hasPrefix("+") { word.removeFirst() }
            switch word {
            case "inf", "infinity": return isNegative ? -.infinity : .infinity
            case "nan": return .nan
            default: return nil
            }
        }
    }

    /// Microseconds since 1970-01-01T00:00:00.
    package static func microseconds(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
        if let value = CivilDateTime.microseconds(parsing: UnsafeBufferPointer(start: begin, count: end - begin)) {
            return value
        }
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        return TimestampText.microseconds(UnsafeBufferPointer(start: begin, count: end - begin))
    }

    /// Days since 1970-01-01.
    package static func date(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int32? {
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        guard end - begin == 10, begin[4] == begin[7], begin[4] == UInt8(ascii: "-") || begin[4] == UInt8(ascii: "/")
        else { return nil }
        guard let year = digits(begin, 4), let month = digits(begin + 5, 2), let day = digits(begin + 8, 2),
            year >= 1, (1...12).contains(month), day >= 1, day <= CivilDateTime.dayCount(ofMonth: month, year: year)
        else { return nil }
        return Int32(CivilDateTime.day(ofYear: year, month: month, day: day))
    }

    package static func boolean(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool? {
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        guard end - begin <= 5 else { return nil }
        if ASCIIWord.trueWords.contains(where: { ASCIIWord.matches($0, begin, end) }) { return true }
        return ASCIIWord.falseWords.contains(where: { ASCIIWord.matches($0, begin, end) }) ? false : nil
    }

    /// An integer that a program wrote as a decimal number, such as `5.0`, in the range where no such number is
    /// rounded: below 2^53.
    package static func wholeNumber(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
        let (begin, end) = trimmed(begin, end) ?? (begin, end)
        let text = UnsafeBufferPointer(start: begin, count: end - begin)
        guard let point = text.firstIndex(of: UInt8(ascii: ".")), point + 1 < text.count,
            text[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") }), let value = int64(begin, begin + point),
            value.magnitude < 1 << 53
        else { return nil }
        return value
    }

    /// The bytes without spaces and tabs at either end; nil when there are none to remove.
    package static func trimmed(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>)? {
        guard begin < end, isBlank(begin[0]) || isBlank((end - 1)[0]) else { return nil }
        var begin = begin, end = end
        while begin < end, isBlank(begin[0]) { begin += 1 }
        while begin < end, isBlank((end - 1)[0]) { end -= 1 }
        return (begin, end)
    }

    /// The bytes as text; invalid UTF-8 is repaired with U+FFFD.
    package static func string(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> String {
        String(decoding: UnsafeBufferPointer(start: begin, count: end - begin), as: UTF8.self)
    }

    /// The content of a quoted field, with doubled quotes made one; nil when it is not closed or something follows.
    /// ``TextBlock/padding`` bytes stand before it.
    package static func unquoted(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, quote: UInt8
    ) -> [UInt8]? {
        guard end - begin >= 2, begin[0] == quote, (end - 1)[0] == quote else { return nil }
        var content = [UInt8](repeating: 0, count: TextBlock.padding)
        content.reserveCapacity(content.count + (end - begin))
        var position = begin + 1
        let last = end - 1
        while position < last {
            if position[0] == quote {
                guard position + 1 < last, position[1] == quote else { return nil }
                position += 1
            }
            content.append(position[0])
            position += 1
        }
        return content
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func digits(_ begin: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        var value = 0
        for index in 0..<count {
            let digit = begin[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
