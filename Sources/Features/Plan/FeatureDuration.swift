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
    private static let units: [(name: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads a whole number and a unit, such as `7d`.
    /// - Returns: nil for other texts, and for more than 3,650 days.
    public init?(_ description: String) {
        guard let unit = Self.units.first(where: { $0.name == description.last }),
            description.utf8.dropLast().allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let count = Int64(description.dropLast())
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit.seconds)
        guard !overflow, seconds <= 3650 * 86_400 else { return nil }
        self.init(microseconds: seconds * 1_000_000)
    }

    /// In the largest unit in which it is a whole number, except for weeks.
    public var description: String {
        let seconds = microseconds / 1_000_000
        guard seconds > 0 else { return "0s" }
        let unit = Self.units.dropFirst().first { seconds % $0.seconds == 0 }
        return unit.map { "\(seconds / $0.seconds)\($0.name)" } ?? "\(seconds)s"
    }
}
