/// Which features a transaction gets.
public enum FeatureSet: String, Sendable, Hashable, Codable, CaseIterable {
    /// What the transaction itself says: amount, terminal, hour, quarter of the day.
    case basic
    /// The Fraud Detection Handbook's: the amount, weekend and night, and what the customer and the terminal did within
    /// moving windows before.
    case windows
}
