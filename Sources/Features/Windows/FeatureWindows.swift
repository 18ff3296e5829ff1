/// The lengths of the moving windows behind ``FeatureSet/windows``, in days of 24 hours.
public struct FeatureWindows: Sendable, Hashable {
    /// A customer's windows (t - w, t] end with the transaction itself.
    public let customerDays: [Int]
    /// A terminal's windows (t - delay - w, t - delay] end at the time up to which labels are known.
    public let terminalDays: [Int]
    /// The time until a fraud is known.
    public let delayDays: Int

    /// The Handbook's windows: 1, 7 and 30 days, labels known after 7.
    public static let handbook = FeatureWindows(unchecked: [1, 7, 30], [1, 7, 30], 7)

    /// - Throws: ``FeatureError/invalidWindows(_:)`` unless each list holds 1 to 8 ascending lengths of 1 to 3,650 days, and the
    ///   delay is 1 to 3,650 days (without a delay a transaction's own label would be among its features).
    public init(customerDays: [Int], terminalDays: [Int], delayDays: Int) throws(FeatureError) {
        for (name, days) in [("customer", customerDays), ("terminal", terminalDays)] {
            let isAscending = zip(days, days.dropFirst()).allSatisfy { $0 < $1 }
            guard (1...8).contains(days.count), isAscending, days.allSatisfy({ (1...3650).contains($0) }) else {
                throw .invalidWindows(
                    "the \(name) windows are \(days), expected 1 to 8 ascending lengths of 1 to 3650 days")
            }
        }
        guard (1...3650).contains(delayDays) else {
            throw .invalidWindows("the label delay is \(delayDays) days, expected 1 to 3650")
        }
        self.init(unchecked: customerDays, terminalDays, delayDays)
    }

    private init(unchecked customerDays: [Int], _ terminalDays: [Int], _ delayDays: Int) {
        self.customerDays = customerDays
        self.terminalDays = terminalDays
        self.delayDays = delayDays
    }
}

extension FeatureWindows: Codable {
    private enum CodingKeys: String, CodingKey {
        case customerDays = "customer_days"
        case terminalDays = "terminal_days"
        case delayDays = "delay_days"
    }

    /// Decodes windows, with the checks of ``init(customerDays:terminalDays:delayDays:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            customerDays: container.decode([Int].self, forKey: .customerDays),
            terminalDays: container.decode([Int].self, forKey: .terminalDays),
            delayDays: container.decode(Int.self, forKey: .delayDays))
    }
}
