import Columnar

/// Date-times in the forms that pydantic 2 accepts, with its reasons for refusing others.
///
/// A separate grammar: cleaning accepts more forms, from files of many origins.
enum DateTimeText {
    struct Refusal: Error, Hashable {
        var message: String
        /// Whether the text has the form of a date, so that only its value is wrong.
        var isWellFormed = false
    }

    /// Microseconds since 1970-01-01T00:00:00; a zone is applied, without one the wall clock counts.
    ///
    /// Takes `yyyy-MM-dd`, alone or with `T`, `t`, `_` or a space and `HH:mm[:ss[.digits]]` and `Z` or `±HH[:]mm`; and decimal
    /// numbers of seconds or milliseconds.
    static func parse(_ text: String) -> Result<Int64, Refusal> {
        let bytes = Array(text.utf8)
        if let number = unixTime(bytes) { return microseconds(unixTime: number) }
        let day: Int
        switch date(bytes) {
        case .success(let found): day = found
        case .failure(let refusal): return .failure(refusal)
        }
        var ticks: Int64 = 0
        if bytes.count > 10 {
            guard let time = timeOfDay(bytes[10...]) else {
                return .failure(Refusal(message: "unexpected extra characters at the end of the input"))
            }
            ticks = time
        }
        guard day >= CivilDateTime.day(ofYear: 1, month: 1, day: 1) else { return .failure(yearZero) }
        return .success(Int64(day) * CivilDateTime.microsecondsPerDay + ticks)
    }

    /// Seconds since 1970, or milliseconds where seconds would lie past the year 2603.
    static func microseconds(unixTime value: Double) -> Result<Int64, Refusal> {
        guard !value.isNaN else { return .failure(Refusal(message: "NaN values not permitted")) }
        let seconds = abs(value) > 2e10 ? value / 1_000 : value
        guard seconds < 253_402_300_800 else {
            return .failure(Refusal(message: "dates after 9999 are not supported as unix timestamps"))
        }
        guard seconds >= -62_167_219_200 else {
            return .failure(Refusal(message: "dates before 0000 are not supported as unix timestamps"))
        }
        guard seconds >= -62_135_596_800 else { return .failure(yearZero) }
        return .success(Int64((seconds * 1_000_000).rounded()))
    }

    private static let yearZero = Refusal(message: "year 0 is out of range", isWellFormed: true)

    /// `[+-]digits[.digits]`, without an exponent; nil for other text, and for whole parts beyond 64 bits.
    private static func unixTime(_ bytes: [UInt8]) -> Double? {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = rest.prefix(while: NumberText.isDigit)
        rest.removeFirst(whole.count)
        if rest.first == UInt8(ascii: ".") { rest.removeFirst() }
        let fraction = rest.prefix(while: NumberText.isDigit)
        guard fraction.count == rest.count, !(whole.isEmpty && fraction.isEmpty) else { return nil }
        guard whole.isEmpty || Int64(String(decoding: whole, as: UTF8.self)) != nil else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    /// The day since 1970-01-01 of `yyyy-MM-dd` at the beginning.
    private static func date(_ bytes: [UInt8]) -> Result<Int, Refusal> {
        func refusal(_ message: String) -> Result<Int, Refusal> { .failure(Refusal(message: message)) }
        guard bytes.count >= 10 else { return refusal("input is too short") }
        guard let century = pair(bytes[0..<2]), let ofCentury = pair(bytes[2..<4]) else {
            return refusal("invalid character in year")
        }
        guard bytes[4] == UInt8(ascii: "-") else { return refusal("invalid date separator, expected `-`") }
        guard let month = pair(bytes[5..<7]) else { return refusal("invalid character in month") }
        guard bytes[7] == UInt8(ascii: "-") else { return refusal("invalid date separator, expected `-`") }
        guard let day = pair(bytes[8..<10]) else { return refusal("invalid character in day") }
        guard (1...12).contains(month) else { return refusal("month value is outside expected range of 1-12") }
        let year = century * 100 + ofCentury
        guard day >= 1, day <= CivilDateTime.dayCount(ofMonth: month, year: year) else {
            return refusal("day value is outside expected range")
        }
        return .success(CivilDateTime.day(ofYear: year, month: month, day: day))
    }

    /// Microseconds from midnight of `THH:mm[:ss[.digits]][zone]`, less the zone's offset.
    private static func timeOfDay(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var rest = bytes
        guard let separator = rest.popFirst(), Array("Tt_ ".utf8).contains(separator),
            let hour = pair(rest.prefix(2)), hour <= 23, rest.dropFirst(2).first == UInt8(ascii: ":"),
            let minute = pair(rest.dropFirst(3).prefix(2)), minute <= 59
        else { return nil }
        rest = rest.dropFirst(5)
        var ticks = Int64(hour * 3_600 + minute * 60) * 1_000_000
        if rest.first == UInt8(ascii: ":") {
            guard let second = pair(rest.dropFirst().prefix(2)), second <= 59 else { return nil }
            ticks += Int64(second) * 1_000_000
            rest = rest.dropFirst(3)
            if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
                let digits = rest.dropFirst().prefix(while: NumberText.isDigit)
                guard !digits.isEmpty else { return nil }
                rest = rest.dropFirst(digits.count + 1)
                var unit: Int64 = 100_000
                for digit in digits.prefix(6) {
                    ticks += Int64(digit - 0x30) * unit
                    unit /= 10
                }
            }
        }
        guard !rest.isEmpty else { return ticks }
        return zoneOffset(rest).map { ticks - $0 }
    }

    /// Microseconds of `Z`, `z` or `±HH[:]mm`, the minus also as U+2212.
    private static func zoneOffset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if bytes.count == 1, (bytes.first ?? 0) | 0x20 == UInt8(ascii: "z") { return 0 }
        var rest = bytes
        let sign: Int64
        if rest.starts(with: "\u{2212}".utf8) {
            sign = -1
            rest = rest.dropFirst(3)
        } else if let first = rest.popFirst(), first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
        } else {
            return nil
        }
        guard let hours = pair(rest.prefix(2)), hours <= 23 else { return nil }
        rest = rest.dropFirst(2)
        if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
        guard rest.count == 2, let minutes = pair(rest), minutes <= 59 else { return nil }
        return sign * Int64(hours * 3_600 + minutes * 60) * 1_000_000
    }

    private static func pair(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == 2, bytes.allSatisfy(NumberText.isDigit) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
