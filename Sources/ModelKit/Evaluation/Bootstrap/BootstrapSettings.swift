/// How bootstrap samples are drawn.
///
/// Samples are stratified: with keys, as many keys with and without a fraud are drawn as there are, with all their rows
/// (Field and Welsh 2007, *Bootstrapping clustered data*); without, as many rows of each class. Each sample's draws depend
/// on its number and the seed only.
public struct BootstrapSettings: Sendable, Hashable, Codable {
    /// How many samples to draw, at least 2.
    public var samples: Int
    /// The probability of the percentile intervals, such as 0.95.
    public var level: Double
    /// The seed of the draws.
    public var seed: UInt64

    /// Settings; the defaults are a thousand samples and 95 % intervals.
    public init(samples: Int = 1000, level: Double = 0.95, seed: UInt64 = 42) {
        self.samples = samples
        self.level = level
        self.seed = seed
    }

    func validate() throws(ModelError) {
        try BootstrapComparison.validate(samples: samples)
        try AUCEstimate.validate(level: level)
    }
}
