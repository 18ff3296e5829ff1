/// How many frauds an investigator finds by checking the `k` highest scores.
public struct TopKQuality: Sendable, Hashable, Codable {
    /// The number of rows checked.
    public let k: Int
    /// The share of frauds among them.
    public let precision: Double
    /// The share of all frauds that is among them.
    public let recall: Double

    init(k: Int, foundPositives: Double, positives: Double) {
        self.k = k
        precision = foundPositives / Double(k)
        recall = foundPositives / positives
    }
}
