/// One reason for a score: a feature, its value, and how much it moves the score, in words that an investigator reads.
public struct ReasonCode: Sendable, Hashable, Codable {
    /// The feature's name.
    public let feature: String
    /// Its value; nil where it is missing.
    public let value: Double?
    /// What the value is measured in; empty where the feature's definition says nothing.
    public let unit: String
    /// What the feature adds to the score, on the explanation's scale: above 0 it speaks for fraud.
    public let contribution: Double
    /// A sentence without its full stop, such as
    /// `tx_amount is 4.1 times the mean of the same customer_id in the 30 days until 1 day ago (raises the score)`.
    public let text: String
}
