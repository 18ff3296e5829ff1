/// Which features a transaction gets.
public enum FeatureSet: String, Sendable, Hashable, Codable, CaseIterable {
    /// The transaction's own values: amount, terminal, hour, quarter of the day.
    case basic
    /// The Fraud Detection Handbook's: the amount, weekend and night, and the customer's and the terminal's activity
    /// within moving windows before.
    case windows
}
