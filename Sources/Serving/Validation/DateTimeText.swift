import Columnar

/// Date-times in the forms that pydantic accepts, with its reasons for refusing others.
enum DateTimeText {
    struct Refusal: Error, Hashable {
        var message: String
    }

    /// Microseconds since 1970-01-01T00:00:00; a zone is applied, without one the wall clock counts.
    static func parse(_ text: String) -> Result<Int64, Refusal> {
        if let ticks = CivilDateTime.microseconds(parsing: normalized(text)) { return .success(ticks) }
        if let number = Double(text), let ticks = microseconds(unixTime: number) { return .success(ticks) }
        return .failure(Refusal(message: reason(text)))
    }

    /// Seconds since 1970, or milliseconds where seconds would lie past the year 2603.
    static func microseconds(unixTime value: Double) -> Int64? {
        let seconds = abs(value) > 2e10 ? value / 1_000 : value
        guard seconds.isFinite, abs(seconds) < 253_402_300_800 else { return nil }
        return Int64((seconds * 1_000_000).rounded())
    }

    /// Fills up what may be left out: seconds, the time of day; `t`, `_` and `z` stand for `T` and `Z`.
    private static func normalized(_ text: String) -> String {
        var bytes = Array(text.utf8)
        if bytes.count == 10 { return text + " 00:00:00" }
        guard bytes.count >= 16 else { return text }
        if bytes[10] == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: "_") { bytes[10] = UInt8(ascii: "T") }
        if bytes.last == UInt8(ascii: "z") { bytes[bytes.count - 1] = UInt8(ascii: "Z") }
        if bytes.count == 16 || bytes[16] != UInt8(ascii: ":") { bytes.insert(contentsOf: ":00".utf8, at: 16) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func reason(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10 else { return "input is too short" }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4) else { return "invalid character in year" }
        guard bytes[4] == UInt8(ascii: "-") else { return "invalid date separator, expected `-`" }
        guard let month = number(5..<7) else { return "invalid character in month" }
        guard bytes[7] == UInt8(ascii: "-") else { return "invalid date separator, expected `-`" }
        guard let day = number(8..<10) else { return "invalid character in day" }
        guard (1...12).contains(month) else { return "month value is outside expected range of 1-12" }
        guard day >= 1, day <= CivilDateTime.dayCount(ofMonth: month, year: year) else {
            return "day value is outside expected range"
        }
        return "unexpected extra characters at the end of the input"
    }
}
