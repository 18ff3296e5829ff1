/// A length of time in a ``FeaturePlan``, written as a number and a unit: `90s`, `15m`, `1h`, `7d`, `2w`. A month is `30d`.
public struct FeatureDuration: Sendable, Hashable, Comparable {
    /// At least 0.
    public let microseconds: Int64

    /// - Returns: nil for negative lengths and for those above 3,650 days.
    public init?(microseconds: Int64) {
        guard (0...3650 * 86_400_000_000).contains(microseconds) else { return nil }
        self.microseconds = microseconds
    }

    private init(unchecked microseconds: Int64) { self.microseconds = microseconds }

    /// No time.
    public static let zero = FeatureDuration(unchecked: 0)

    /// A number of days of 24 hours; 0 to 3,650, others are cut.
    public static func days(_ count: Int) -> FeatureDuration { of(count, 86_400) }
    /// A number of hours; 0 to 87,600, others are cut.
    public static func hours(_ count: Int) -> FeatureDuration { of(count, 3600) }
    /// A number of minutes, at most 3,650 days, others are cut.
    public static func minutes(_ count: Int) -> FeatureDuration { of(count, 60) }
    /// A number of seconds, at most 3,650 days, others are cut.
    public static func seconds(_ count: Int) -> FeatureDuration { of(count, 1) }

    private static func of(_ count: Int, _ seconds: Int64) -> FeatureDuration {
        let limit = 3650 * 86_400 / seconds
        return FeatureDuration(unchecked: min(max(0, Int64(count)), limit) * seconds * 1_000_000)
    }

    /// The shorter one is less.
    public static func < (left: FeatureDuration, right: FeatureDuration) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension FeatureDuration: LosslessStringConvertible {
    private struct Unit {
        let symbol: String
        /// In the singular.
        let word: String
        let microseconds: Int64
    }

    /// The longest first. Lengths are written without weeks.
    private static let units = [
        Unit(symbol: "w", word: "week", microseconds: 604_800_000_000),
        Unit(symbol: "d", word: "day", microseconds: 86_400_000_000),
        Unit(symbol: "h", word: "hour", microseconds: 3_600_000_000),
        Unit(symbol: "m", word: "minute", microseconds: 60_000_000),
        Unit(symbol: "s", word: "second", microseconds: 1_000_000),
        Unit(symbol: "ms", word: "millisecond", microseconds: 1000),
        Unit(symbol: "us", word: "microsecond", microseconds: 1),
    ]

    /// Reads a whole number and a unit (`w`, `d`, `h`, `m`, `s`, `ms`, `us`), such as `7d`.
    /// - Returns: nil for other texts, and for more than 3,650 days.
    public init?(_ description: String) {
        let digits = description.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let symbol = description.utf8.dropFirst(digits.count)
        guard let unit = Self.units.first(where: { $0.symbol.utf8.elementsEqual(symbol) }),
            let count = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let (microseconds, overflow) = count.multipliedReportingOverflow(by: unit.microseconds)
        guard !overflow else { return nil }
        self.init(microseconds: microseconds)
    }

    /// In the largest unit in which it is a whole number, except for weeks.
    public var description: String {
        let (count, unit) = counted
        return "\(count)\(unit.symbol)"
    }

    /// The same for people: `7 days`.
    var words: String {
        let (count, unit) = counted
        return "\(count) \(unit.word)\(count == 1 ? "" : "s")"
    }

    private var counted: (Int64, Unit) {
        for unit in Self.units.dropFirst() where microseconds > 0 && microseconds % unit.microseconds == 0 {
            return (microseconds / unit.microseconds, unit)
        }
        return (0, Self.units[4])
    }
}
