/// What can be wrong with a line of raw data.
public enum DirtKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// The line is repeated, at most fifty lines later.
    case nearDuplicate
    /// The line is repeated days later, mostly in another file.
    case farDuplicate
    /// A field is empty or holds `Err`, `None`, `NULL` or `nan`.
    case missingValue
    /// The datetime is not one: `24:00:00` or a thirteenth month.
    case unreadableDateTime
    /// The customer is -999999 or -9999, the source's codes for 'unknown'.
    case unknownCustomer
    /// The amount is zero or negative.
    case nonPositiveAmount
    /// The amount is some hundred times too large.
    case grossOutlier
    /// `tx_time_days` is not the day of `tx_time_seconds`.
    case contradictingDay
    /// The line has more or fewer than nine fields.
    case malformedLine
}

/// How often each kind of dirt occurs. A line gets at most one kind.
public struct DirtRates: Sendable, Hashable {
    /// Shares of all lines; missing kinds do not occur.
    public var shares: [DirtKind: Double]

    /// Chooses the share of each kind.
    public init(shares: [DirtKind: Double]) { self.shares = shares }

    /// The same share of all lines for each kind.
    public init(each share: Double) {
        self.init(shares: Dictionary(uniqueKeysWithValues: DirtKind.allCases.map { ($0, share) }))
    }

    /// No dirt at all.
    public static let none = DirtRates(shares: [:])

    /// The shares of the course's files where they are known, and similar ones otherwise.
    public static let course = DirtRates(shares: [
        .nearDuplicate: 5e-7, .farDuplicate: 5e-7, .missingValue: 2e-5, .unreadableDateTime: 2e-6,
        .unknownCustomer: 2e-5, .nonPositiveAmount: 2e-5, .grossOutlier: 2e-5, .contradictingDay: 2e-6,
        .malformedLine: 2e-6,
    ])

    func check() throws(SimulationError) {
        for (kind, share) in shares where !(0...1).contains(share) {
            throw .invalidOption(name: "share of \(kind.rawValue)", value: "\(share)", requirement: "0 to 1")
        }
        let sum = shares.values.reduce(0, +)
        guard sum <= 1 else {
            throw .invalidOption(name: "sum of dirt shares", value: "\(sum)", requirement: "at most 1")
        }
    }
}
