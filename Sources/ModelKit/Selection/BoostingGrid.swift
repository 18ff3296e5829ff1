/// Configurations of boosted trees: all combinations of some depths, numbers of rounds and shares of rows.
public struct BoostingGrid: Sendable, Hashable, Codable {
    /// One combination.
    public struct Point: Sendable, Hashable, Codable {
        /// The most splits on the path to a leaf.
        public var maxDepth: Int
        /// Trees.
        public var rounds: Int
        /// The share of rows that each tree is grown on.
        public var rowSubsample: Double

        /// A combination.
        public init(maxDepth: Int, rounds: Int, rowSubsample: Double) {
            self.maxDepth = maxDepth
            self.rounds = rounds
            self.rowSubsample = rowSubsample
        }
    }

    /// Depths to try.
    public var maxDepths: [Int]
    /// Numbers of trees to try.
    public var rounds: [Int]
    /// Shares of rows to try.
    public var rowSubsamples: [Double]

    /// A grid; the defaults are eighteen combinations of depth 5 and 10; 10, 20 and 30 trees; half, 70 % and all of the rows.
    public init(
        maxDepths: [Int] = [5, 10], rounds: [Int] = [10, 20, 30], rowSubsamples: [Double] = [0.5, 0.7, 1]
    ) {
        self.maxDepths = maxDepths
        self.rounds = rounds
        self.rowSubsamples = rowSubsamples
    }

    /// All combinations; the share of rows varies fastest, the depth slowest.
    public var points: [Point] {
        maxDepths.flatMap { maxDepth in
            rounds.flatMap { rounds in
                rowSubsamples.map { Point(maxDepth: maxDepth, rounds: rounds, rowSubsample: $0) }
            }
        }
    }
}
