import Columnar

/// How a column writes times: a name or a pattern.
///
/// - `iso8601`: what `CivilDateTime.microseconds(parsing:)` reads, such as
///   `2019-08-22 00:00:31` and `2019-08-22T00:00:31.000Z`.
/// - `unix_seconds`, `unix_milliseconds`, `unix_microseconds`: a decimal number of them since 1970-01-01T00:00:00 UTC.
/// - A pattern in the letters of Java and Unicode, such as `dd.MM.yyyy HH:mm` or `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`:
///
///   | letters | text |
///   | --- | --- |
///   | `yyyy`, `uuuu` | the year, four digits |
///   | `yy` | two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068, as in POSIX |
///   | `MM`, `M` | the month, two digits, or one or two |
///   | `MMM`, `MMMM` | its English name, `Aug` or `August`, in any case |
///   | `dd`, `d` | the day of the month |
///   | `EEE`, `EEEE` | the English weekday, which must be that of the date |
///   | `HH`, `H` | the hour, 0 to 23 |
///   | `hh`, `h` and `a` | the hour, 1 to 12, and `AM` or `PM` in any case |
///   | `mm`, `m`, `ss`, `s` | minute and second |
///   | `S` to `SSSSSSSSS` | as many digits of the fraction of a second |
///   | `Z`, `X`, `XX`, `XXX`, `xxx` | the offset from UTC: `Z`, `+hh:mm`, `+hhmm` or `+hh` |
///   | `'T'`, `''` | itself, an apostrophe |
///
/// - A pattern of `strptime` if it contains `%`, such as `%d/%m/%Y %H:%M:%S`: `%Y %y %m %b %B %d %a %A %H %I %p %M %S %f
///   %z %%`, and `%F %T %R`. As in Python, leading zeros are optional unless digits follow directly; `%f` is one to nine
///   digits.
///
/// Everything else in a pattern stands for itself. A date without a time of day is its midnight.
public struct TimeFormat: Sendable {
    /// The name or pattern, as it was given.
    public let text: String
    let form: Form

    /// Reads a name or a pattern.
    /// - Throws: ``SchemaError/invalidTimeFormat(text:reason:)`` when letters are unknown, given twice or contradict each
    ///   other, or year, month or day is missing.
    public init(_ text: String) throws(SchemaError) {
        switch text {
        case "iso8601": self = .iso8601
        case "unix_seconds": self = .unixSeconds
        case "unix_milliseconds": self = .unixMilliseconds
        case "unix_microseconds": self = .unixMicroseconds
        default: self.init(text: text, form: .pattern(try TimePattern(parsing: text)))
        }
    }

    private init(text: String, form: Form) {
        self.text = text
        self.form = form
    }

    /// ISO 8601, with a space or `T` between date and time.
    public static let iso8601 = TimeFormat(text: "iso8601", form: .iso8601)
    /// Seconds since 1970-01-01T00:00:00 UTC, with an optional fraction.
    public static let unixSeconds = TimeFormat(text: "unix_seconds", form: .unix(microsecondsPerUnit: 1_000_000))
    /// Milliseconds since 1970-01-01T00:00:00 UTC.
    public static let unixMilliseconds = TimeFormat(text: "unix_milliseconds", form: .unix(microsecondsPerUnit: 1000))
    /// Microseconds since 1970-01-01T00:00:00 UTC.
    public static let unixMicroseconds = TimeFormat(text: "unix_microseconds", form: .unix(microsecondsPerUnit: 1))

    /// Whether every text tells its offset from UTC, so that ``microseconds(parsing:)-(UnsafeBufferPointer<UInt8>)`` is a time of
    /// UTC and not of the wall clock. False for `iso8601`, whose offset is optional.
    public var hasOffset: Bool {
        switch form {
        case .iso8601: false
        case .unix: true
        case .pattern(let pattern): pattern.hasOffset
        }
    }

    /// Whether every text has a time of day; if not, it is midnight.
    public var hasTimeOfDay: Bool {
        switch form {
        case .iso8601, .unix: true
        case .pattern(let pattern): pattern.hasTimeOfDay
        }
    }

    /// Microseconds since 1970-01-01T00:00:00 of a whole text, without blanks around it: of UTC if the text has an offset, of the
    /// wall clock if not. Digits below a microsecond are dropped. Nothing is allocated.
    /// - Returns: nil for any other text, and for what is not in the calendar: day 30 of February, hour 24, second 60.
    public func microseconds(parsing text: UnsafeBufferPointer<UInt8>) -> Int64? {
        switch form {
        case .iso8601: CivilDateTime.microseconds(parsing: text)
        case .unix(let microsecondsPerUnit): TimeFormat.unix(text, microsecondsPerUnit: microsecondsPerUnit)
        case .pattern(let pattern): pattern.microseconds(parsing: text)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00 of a whole text, as
    /// ``microseconds(parsing:)-(UnsafeBufferPointer<UInt8>)`` reads it.
    public func microseconds(parsing text: some StringProtocol) -> Int64? {
        var text = String(text)
        return text.withUTF8 { microseconds(parsing: $0) }
    }

    /// A decimal number of units, such as `-1566432031.25`; nil where 64 bits do not hold the microseconds.
    private static func unix(_ text: UnsafeBufferPointer<UInt8>, microsecondsPerUnit unit: Int64) -> Int64? {
        var position = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let start = position
        // Negated as it is read, since the least integer has no positive counterpart.
        var value: Int64 = 0
        while position < text.count, let digit = digit(text[position]) {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (difference, overflowsToo) = product.subtractingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { return nil }
            value = difference
            position += 1
        }
        guard position > start else { return nil }
        let (whole, overflows) = value.multipliedReportingOverflow(by: unit)
        guard !overflows else { return nil }
        var fraction: Int64 = 0
        var isCut = false
        if position < text.count {
            guard text[position] == UInt8(ascii: "."), position + 1 < text.count else { return nil }
            var scale = unit
            for index in (position + 1)..<text.count {
                guard let digit = digit(text[index]) else { return nil }
                scale /= 10
                fraction += digit * scale
                if scale == 0, digit != 0 { isCut = true }
            }
        }
        let (magnitude, overflowsByFraction) = whole.subtractingReportingOverflow(fraction)
        guard !overflowsByFraction else { return nil }
        // Rounded down, as the digits of a calendar time are.
        if isNegative {
            let (result, overflows) = magnitude.subtractingReportingOverflow(isCut ? 1 : 0)
            return overflows ? nil : result
        }
        return magnitude == .min ? nil : -magnitude
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        let value = byte &- 0x30
        return value <= 9 ? Int64(value) : nil
    }

    enum Form: Sendable {
        case iso8601
        case unix(microsecondsPerUnit: Int64)
        case pattern(TimePattern)
    }
}

extension TimeFormat: Hashable {
    /// Whether both are the same name or pattern.
    public static func == (left: TimeFormat, right: TimeFormat) -> Bool { left.text == right.text }

    /// Hashes the name or pattern.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension TimeFormat: CustomStringConvertible {
    /// The name or pattern.
    public var description: String { text }
}

extension TimeFormat: Codable {
    /// Reads the name or pattern.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the name or pattern.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
