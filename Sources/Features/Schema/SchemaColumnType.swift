public import Columnar

/// What the values of a ``SchemaColumn`` are, and how text writes them.
public enum SchemaColumnType: Sendable, Hashable {
    /// Whole numbers.
    case integer(width: IntegerWidth = .bits64, separators: NumberSeparators = .standard)
    /// 64-bit floating-point numbers.
    case float(separators: NumberSeparators = .standard)
    /// Text of which most values differ.
    case text
    /// Text with few different values.
    case category
    /// Two values; the texts are compared without case.
    case boolean(
        trueValues: [String] = SchemaColumnType.standardTrueValues,
        falseValues: [String] = SchemaColumnType.standardFalseValues)
    /// A date and time of day. `timeZone` is the one in which texts without an offset are; nil where nobody knows, and times stay
    /// those of the wall clock.
    case timestamp(format: TimeFormat = .iso8601, timeZone: UTCOffset? = nil)
    /// A number of units since an origin, with or without a fraction.
    case relativeTime(unit: RelativeTimeUnit, origin: CivilDateTime)

    /// `true`, `t`, `yes`, `y`, `1`.
    public static let standardTrueValues = ["true", "t", "yes", "y", "1"]
    /// `false`, `f`, `no`, `n`, `0`.
    public static let standardFalseValues = ["false", "f", "no", "n", "0"]

    /// The type's name in JSON.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case integer, float, text, category, boolean, timestamp
        case relativeTime = "relative_time"
    }

    /// The type without its settings.
    public var kind: Kind {
        switch self {
        case .integer: .integer
        case .float: .float
        case .text: .text
        case .category: .category
        case .boolean: .boolean
        case .timestamp: .timestamp
        case .relativeTime: .relativeTime
        }
    }

    /// The type of the column in a table. Times are microseconds; those in a known zone are of UTC.
    public var dataType: DataType {
        switch self {
        case .integer(.bits32, _): .int32
        case .integer(.bits64, _): .int64
        case .float: .float64
        case .text, .category: .string
        case .boolean: .boolean
        case .timestamp(let format, let timeZone):
            .timestamp(unit: .microseconds, isUTC: timeZone != nil || format.hasOffset)
        case .relativeTime: .timestamp(unit: .microseconds, isUTC: false)
        }
    }
}

/// How many bits an integer has in tables; `rawValue` is the number.
public enum IntegerWidth: Int, Sendable, Hashable, CaseIterable {
    case bits32 = 32
    case bits64 = 64
}

/// How text writes numbers.
public struct NumberSeparators: Sendable, Hashable {
    /// Between whole part and fraction.
    public var decimal: Character
    /// Between groups of digits; nil where digits are not grouped.
    public var thousands: Character?

    /// The separators of a column.
    public init(decimal: Character, thousands: Character? = nil) {
        self.decimal = decimal
        self.thousands = thousands
    }

    /// `1234.5`.
    public static let standard = NumberSeparators(decimal: ".")
}

/// The unit of ``SchemaColumnType/relativeTime(unit:origin:)``; `rawValue` is its name in JSON.
public enum RelativeTimeUnit: String, Sendable, Hashable, CaseIterable {
    case milliseconds, seconds, minutes, hours, days

    /// Microseconds of one unit.
    public var microseconds: Int64 {
        switch self {
        case .milliseconds: 1000
        case .seconds: 1_000_000
        case .minutes: 60_000_000
        case .hours: 3_600_000_000
        case .days: CivilDateTime.microsecondsPerDay
        }
    }
}

/// A fixed offset from UTC; zones with summer time have none.
public struct UTCOffset: Sendable, Hashable {
    /// Seconds east of Greenwich.
    public let seconds: Int

    /// UTC itself.
    public static let utc = UTCOffset(seconds: 0)

    private init(seconds: Int) { self.seconds = seconds }

    /// Reads `UTC`, `Z`, `+hh:mm`, `+hhmm` or `+hh`, also with `-`; nil for anything else, such as `Europe/Berlin`.
    public init?(_ text: String) {
        guard text != "UTC" else {
            self = .utc
            return
        }
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, let seconds = bytes.withUnsafeBufferPointer({ CivilDateTime.zoneOffset(parsing: $0) })
        else { return nil }
        self.seconds = Int(seconds)
    }
}

extension UTCOffset: CustomStringConvertible {
    /// `UTC`, or such as `+03:00`.
    public var description: String {
        guard seconds != 0 else { return "UTC" }
        let minutes = abs(seconds) / 60
        func pair(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(pair(minutes / 60)):\(pair(minutes % 60))"
    }
}
