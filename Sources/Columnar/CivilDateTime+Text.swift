extension CivilDateTime {
    /// Reads `yyyy-MM-dd HH:mm:ss` or ISO 8601's `yyyy-MM-ddTHH:mm:ss`, each with an optional fraction of a second (`.` and one
    /// to nine digits; digits below a microsecond are dropped) and an optional zone (`Z`, `+hh:mm`, `+hhmm`, `+hh`,
    /// also with `-`), and returns microseconds since 1970-01-01T00:00:00: of the wall clock if the text has no zone,
    /// of UTC if it has one.
    ///
    /// Nothing is allocated.
    /// - Returns: nil for any other text, for a date that is not in the calendar, for `24:00:00` and for second 60.
    public static func microseconds(parsing text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count > 19 else { return wholeSeconds(parsing: text) }
        guard var ticks = wholeSeconds(parsing: UnsafeBufferPointer(rebasing: text[..<19])) else { return nil }
        var position = 19
        if text[position] == UInt8(ascii: ".") {
            position += 1
            let start = position
            var fraction: Int64 = 0
            while position < text.count, let digit = digit(text[position]) {
                if position - start < 6 { fraction = fraction * 10 + Int64(digit) }
                position += 1
            }
            let digits = position - start
            guard digits >= 1, digits <= 9 else { return nil }
            for _ in digits..<max(digits, 6) { fraction *= 10 }
            ticks += fraction
        }
        guard position < text.count else { return ticks }
        guard let offset = zoneOffset(parsing: UnsafeBufferPointer(rebasing: text[position...])) else { return nil }
        return ticks - offset * 1_000_000
    }

    /// Reads a text as ``microseconds(parsing:)-(UnsafeBufferPointer<UInt8>)`` does.
    public static func microseconds(parsing text: some StringProtocol) -> Int64? {
        var text = String(text)
        return text.withUTF8 { microseconds(parsing: $0) }
    }

    /// Reads exactly the 19 bytes `yyyy-MM-dd HH:mm:ss` (or with `T` between date and time) of the years 1 to 9999 and
    /// returns microseconds since 1970-01-01T00:00:00; nil for anything else. Nothing is allocated.
    public static func wholeSeconds(parsing text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count == 19 else { return nil }
        // A byte that is not a digit leaves a value above 9 here; one check at the end covers all of them.
        var largest: UInt8 = 0
        func number(_ position: Int) -> Int {
            let tens = text[position] &- 0x30, ones = text[position + 1] &- 0x30
            largest = max(largest, max(tens, ones))
            return Int(tens) * 10 + Int(ones)
        }
        let year = number(0) * 100 + number(2)
        let month = number(5), day = number(8), hour = number(11), minute = number(14), second = number(17)
        let separators =
            text[4] == UInt8(ascii: "-") && text[7] == UInt8(ascii: "-")
            && (text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "T"))
            && text[13] == UInt8(ascii: ":") && text[16] == UInt8(ascii: ":")
        guard separators, largest <= 9, year >= 1, month >= 1, month <= 12, day >= 1, hour <= 23, minute <= 59,
            second <= 59
        else { return nil }
        guard day <= 28 || day <= dayCount(ofMonth: month, year: year) else { return nil }
        let days = self.day(ofYear: year, month: month, day: day)
        return Int64(days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000
    }

    /// How ``append(microseconds:as:to:)`` writes a time.
    public enum TextForm: Sendable, Hashable {
        /// `2019-08-22 00:00:31`, with a fraction of six digits only where the time is not a whole second.
        case plain
        /// `2019-08-22T00:00:31.000Z`, as Spark writes JSON; three digits, or six where milliseconds do not suffice.
        case iso8601
    }

    /// Appends a time of the years 0 to 9999 as UTF-8 text; others are written with as many digits as the year needs.
    public static func append(microseconds: Int64, as form: TextForm, to text: inout [UInt8]) {
        let parts = CivilDateTime(microsecondsSince1970: microseconds)
        if parts.year < 0 || parts.year > 9999 {
            text.append(contentsOf: String(parts.year).utf8)
        } else {
            appendPair(parts.year / 100, to: &text)
            appendPair(parts.year % 100, to: &text)
        }
        text.append(UInt8(ascii: "-"))
        appendPair(parts.month, to: &text)
        text.append(UInt8(ascii: "-"))
        appendPair(parts.day, to: &text)
        text.append(form == .plain ? UInt8(ascii: " ") : UInt8(ascii: "T"))
        appendPair(parts.hour, to: &text)
        text.append(UInt8(ascii: ":"))
        appendPair(parts.minute, to: &text)
        text.append(UInt8(ascii: ":"))
        appendPair(parts.second, to: &text)
        if form == .iso8601 || parts.microsecond != 0 {
            text.append(UInt8(ascii: "."))
            let isMillisecond = parts.microsecond % 1000 == 0
            let milliseconds = parts.microsecond / 1000, rest = parts.microsecond % 1000
            appendTriple(milliseconds, to: &text)
            if form == .plain || !isMillisecond { appendTriple(rest, to: &text) }
        }
        if form == .iso8601 { text.append(UInt8(ascii: "Z")) }
    }

    /// A time as text.
    public static func text(microseconds: Int64, as form: TextForm = .plain) -> String {
        var bytes: [UInt8] = []
        append(microseconds: microseconds, as: form, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendPair(_ value: Int, to text: inout [UInt8]) {
        text.append(UInt8(truncatingIfNeeded: 0x30 + value / 10))
        text.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    private static func appendTriple(_ value: Int, to text: inout [UInt8]) {
        text.append(UInt8(truncatingIfNeeded: 0x30 + value / 100))
        appendPair(value % 100, to: &text)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        let value = byte &- 0x30
        return value <= 9 ? value : nil
    }

    /// Seconds east of Greenwich of exactly `Z`, `+hh:mm`, `+hhmm` or `+hh`, also with `-`; nil for any other text.
    package static func zoneOffset(parsing text: UnsafeBufferPointer<UInt8>) -> Int64? {
        if text.count == 1, text[0] == UInt8(ascii: "Z") { return 0 }
        let hasColon = text.count == 6 && text[3] == UInt8(ascii: ":")
        guard hasColon || text.count == 3 || text.count == 5 else { return nil }
        guard text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-") else { return nil }
        func number(_ position: Int) -> Int64? {
            guard let tens = digit(text[position]), let ones = digit(text[position + 1]) else { return nil }
            return Int64(tens) * 10 + Int64(ones)
        }
        guard let hours = number(1), hours <= 23 else { return nil }
        guard let minutes = text.count == 3 ? 0 : number(hasColon ? 4 : 3), minutes <= 59 else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return text[0] == UInt8(ascii: "-") ? -seconds : seconds
    }
}

extension CivilDateTime: CustomStringConvertible {
    /// What it is, for people.
    /// The plain form, such as `2019-08-22 00:00:31`.
    public var description: String { CivilDateTime.text(microseconds: microsecondsSince1970) }
}
