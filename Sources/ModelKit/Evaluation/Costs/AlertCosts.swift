/// What alerts and missed frauds cost, in the currency of the amounts.
///
/// Every alert is investigated, whether it is right or wrong. A fraud without an alert is lost.
public struct AlertCosts: Sendable, Hashable, Codable {
    /// The cost of investigating one alert.
    public var perAlert: Double
    /// The share of a missed fraud's amount that is lost.
    public var missedShare: Double
    /// What each missed fraud costs besides, such as a chargeback fee.
    public var perMissedFraud: Double

    /// Costs; without others the whole amount of a missed fraud.
    public init(perAlert: Double, missedShare: Double = 1, perMissedFraud: Double = 0) {
        self.perAlert = perAlert
        self.missedShare = missedShare
        self.perMissedFraud = perMissedFraud
    }

    /// - Throws: ``ModelError/invalidSetting(_:)`` for a cost that is negative or not finite.
    public func validate() throws(ModelError) {
        try SettingRange.requireNotNegative("perAlert", perAlert)
        try SettingRange.requireNotNegative("missedShare", missedShare)
        try SettingRange.requireNotNegative("perMissedFraud", perMissedFraud)
    }

    /// The cost of a missed fraud; a negative amount, such as a refund's, loses nothing.
    func missed(amount: Double) -> Double { perMissedFraud + missedShare * max(0, amount) }
}
