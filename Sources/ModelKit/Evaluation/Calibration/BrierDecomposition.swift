/// The Brier score as reliability - resolution + uncertainty + rest (Murphy 1973, *A new vector partition of the probability
/// score*; the rest of binned probabilities by Stephenson, Coelho and Jolliffe 2008).
public struct BrierDecomposition: Sendable, Hashable, Codable {
    /// The mean squared difference of probability and label.
    public let score: Double
    /// The mean squared difference of the bins' probabilities and shares of frauds; 0 for calibrated probabilities.
    public let reliability: Double
    /// The variance of the bins' shares of frauds; the higher, the better they tell frauds from genuine rows.
    public let resolution: Double
    /// The variance of the labels, whatever the model.
    public let uncertainty: Double
    /// What probabilities that differ within their bin add; 0 where each bin has one probability.
    public let withinBins: Double

    init(_ bins: [CalibrationCurve.Bin], score: Double) {
        let total = bins.reduce(0) { $0 + $1.weight }
        let base = bins.reduce(0) { $0 + $1.weight * $1.fraudShare } / total
        func mean(_ difference: (CalibrationCurve.Bin) -> Double) -> Double {
            bins.reduce(0) { $0 + $1.weight * difference($1) * difference($1) } / total
        }
        self.score = score
        reliability = mean { $0.meanProbability - $0.fraudShare }
        resolution = mean { $0.fraudShare - base }
        uncertainty = base * (1 - base)
        withinBins = score - (reliability - resolution + uncertainty)
    }
}
