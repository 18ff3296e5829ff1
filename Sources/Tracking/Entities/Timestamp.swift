import Columnar
public import Essentials

/// A moment as MLflow stores it: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Every 64-bit number is kept exactly, which `Date` cannot do. Encoded, it is the bare number.
public struct Timestamp: Sendable, Hashable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    public var millisecondsSince1970: Int64

    /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
    public init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// The millisecond nearest to a date. A date more than 290 million years away becomes the first or the last
    /// millisecond of the range.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        millisecondsSince1970 = Int64(exactly: milliseconds) ?? (milliseconds > 0 ? .max : .min)
    }

    /// What servers leave out of their responses.
    static let epoch = Timestamp(millisecondsSince1970: 0)

    /// The system's time.
    public static var now: Timestamp { Timestamp(Date()) }

    /// The date, whose seconds are the nearest `Double`: it gives the same timestamp again within 10,000 years.
    public var date: Date { Date(timeIntervalSince1970: Double(millisecondsSince1970) / 1000) }
}

extension Timestamp: Comparable {
    /// Whether the left one is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }
}

extension Timestamp: Codable {
    /// Reads a number of milliseconds.
    public init(from decoder: any Decoder) throws {
        millisecondsSince1970 = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes the number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millisecondsSince1970)
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC, such as `2023-11-14T22:13:20.123Z`; `… ms since 1970` for years that are more than 290,000 away.
    public var description: String {
        let (microseconds, isTooFar) = millisecondsSince1970.multipliedReportingOverflow(by: 1000)
        return isTooFar
            ? "\(millisecondsSince1970) ms since 1970" : CivilDateTime.text(microseconds: microseconds, as: .iso8601)
    }
}
