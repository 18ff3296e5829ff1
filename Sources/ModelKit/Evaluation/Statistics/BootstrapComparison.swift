import Essentials
import Parallelism

/// Areas under the ROC curve of two models on the same bootstrap samples of their rows.
///
/// Each sample draws as many rows as there are, with replacement; a sample without both classes is drawn again. The
/// result depends on scores, labels and seed only.
public struct BootstrapComparison: Sendable, Hashable, Codable {
    /// The first model's area in each sample.
    public let first: [Double]
    /// The second model's area in the same samples.
    public let second: [Double]
    /// The percentile interval's probability, such as 0.95.
    public let level: Double
    /// The lower end of the paired interval: a quantile of the samples' differences, first minus second.
    public let lower: Double
    /// The upper end of the paired interval.
    public let upper: Double

    /// The first model's mean over the samples.
    public var firstMean: Double { first.reduce(0, +) / Double(first.count) }
    /// The second model's mean over the samples.
    public var secondMean: Double { second.reduce(0, +) / Double(second.count) }

    /// Compares two models' scores. Blocks the calling thread; in a task, use the `async` variant.
    ///
    /// After one sort of each list, a sample takes time proportional to the number of rows.
    /// - Parameters:
    ///   - samples: how many samples to draw, at least 2.
    ///   - level: the interval's probability.
    /// - Throws: ``ModelError`` as ``Metrics`` says; ``ModelError/invalidSetting(_:)`` for too few samples or a level not
    ///   between 0 and 1.
    public init(
        first: [Double], second: [Double], labels: [UInt8], samples: Int = 1000, level: Double = 0.95,
        seed: UInt64 = 42, threads: Int = 1
    ) throws(ModelError) {
        try self.init(
            first: first, second: second, labels: labels, samples: samples, level: level, seed: seed, threads: threads,
            cancellation: nil)
    }

    /// Compares two models' scores on a thread of its own and at most `threads - 1` others; the parameters are those of the
    /// variant that blocks.
    /// - Throws: ``ModelError`` as that variant; `CancellationError` if the task is cancelled, after the samples that are
    ///   being drawn.
    public init(
        first: [Double], second: [Double], labels: [UInt8], samples: Int = 1000, level: Double = 0.95,
        seed: UInt64 = 42, threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "bootstrap") { flag in
            try Self(
                first: first, second: second, labels: labels, samples: samples, level: level, seed: seed,
                threads: threads, cancellation: flag)
        }
    }

    private init(
        first: [Double], second: [Double], labels: [UInt8], samples: Int, level: Double, seed: UInt64, threads: Int,
        cancellation: CancellationFlag?
    ) throws(ModelError) {
        try EvaluationInput.validate(scores: first, labels: labels)
        try EvaluationInput.validate(scores: second, labels: labels)
        try EvaluationInput.requireBothClasses(labels)
        try Self.validate(samples: samples)
        try AUCEstimate.validate(level: level)
        self.init(
            RankedRows(validated: first, threads: threads), RankedRows(validated: second, threads: threads), labels,
            samples: samples, level: level, seed: seed, threads: threads, cancellation: cancellation)
    }

    /// The rankings must be of validated scores with both classes. Samples that are not drawn because of a cancellation
    /// are 0.
    init(
        _ first: RankedRows, _ second: RankedRows, _ labels: [UInt8], samples: Int, level: Double, seed: UInt64,
        threads: Int, cancellation: CancellationFlag?
    ) {
        let rankings = PairedRankings(first, second, labels)
        var areas = [SIMD2<Double>](repeating: .zero, count: samples)
        areas.withUnsafeMutableBufferPointer { buffer in
            // Each sample writes its own element.
            nonisolated(unsafe) let areas = buffer
            parallelFor(count: samples, threads: threads) { sample in
                if cancellation?.isCancelled == true { return }
                var generator = SplitMix64(seed: seed, stream: UInt64(sample))
                areas[sample] = rankings.areasOfSample(&generator)
            }
        }
        self.first = areas.map(\.x)
        self.second = areas.map(\.y)
        self.level = level
        let differences = areas.map { $0.x - $0.y }.sorted()
        lower = Quantile.linear(differences, (1 - level) / 2)
        upper = Quantile.linear(differences, (1 + level) / 2)
    }

    static func validate(samples: Int) throws(ModelError) {
        guard samples >= 2 else { throw .invalidSetting("\(samples) bootstrap samples; at least 2 are needed") }
    }
}

/// Two rankings of the same rows; rows are identified by their rank in the first.
private struct PairedRankings: Sendable {
    /// What iterating over a ranking needs for each rank, in a byte: bit 0 the label, bit 1 whether the score changed.
    private let firstFlags: [UInt8]
    private let secondFlags: [UInt8]
    /// The rank in the first ranking, by the rank in the second.
    private let firstRanks: [UInt32]

    init(_ first: RankedRows, _ second: RankedRows, _ labels: [UInt8]) {
        func flags(_ ranking: RankedRows) -> [UInt8] {
            zip(ranking.rows, ranking.startsTie).map { labels[Int($0)] | ($1 ? 2 : 0) }
        }
        firstFlags = flags(first)
        secondFlags = flags(second)
        var rankOfRow = [UInt32](repeating: 0, count: labels.count)
        for (rank, row) in first.rows.enumerated() { rankOfRow[Int(row)] = UInt32(truncatingIfNeeded: rank) }
        firstRanks = second.rows.map { rankOfRow[Int($0)] }
    }

    /// The areas of both rankings on one random sample.
    func areasOfSample(_ generator: inout SplitMix64) -> SIMD2<Double> {
        let count = firstFlags.count
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { drawn in
            var firstArea: Double?
            repeat {
                drawn.update(repeating: 0)
                // For a count to overflow a row would have to be drawn 65,536 times: impossible with fewer rows, and of
                // a probability below 10^-200,000 with more.
                for _ in 0..<count { drawn[generator.index(below: count)] &+= 1 }
                firstArea = firstFlags.withUnsafeBufferPointer { flags in Self.area(flags) { drawn[$0] } }
            } while firstArea == nil
            let secondArea = secondFlags.withUnsafeBufferPointer { flags in
                firstRanks.withUnsafeBufferPointer { ranks in Self.area(flags) { drawn[Int(ranks[$0])] } }
            }
            // A sample with both classes in one ranking has them in the other.
            return SIMD2(firstArea ?? .nan, secondArea ?? .nan)
        }
    }

    /// The area under the ROC curve when the row of each rank occurs `times` times; `nil` without both classes. All sums
    /// are whole numbers.
    @inline(__always)
    private static func area(_ flags: UnsafeBufferPointer<UInt8>, times: (Int) -> UInt16) -> Double? {
        var doubledArea: UInt64 = 0
        var positives: UInt64 = 0, negatives: UInt64 = 0
        var tiedPositives: UInt64 = 0, tiedNegatives: UInt64 = 0
        for rank in 0..<flags.count {
            if flags[rank] & 2 != 0 {
                doubledArea &+= tiedNegatives &* (2 &* positives &+ tiedPositives)
                positives &+= tiedPositives
                negatives &+= tiedNegatives
                (tiedPositives, tiedNegatives) = (0, 0)
            }
            let drawn = UInt64(times(rank)), label = UInt64(flags[rank] & 1)
            tiedPositives &+= drawn &* label
            tiedNegatives &+= drawn &* (1 &- label)
        }
        doubledArea &+= tiedNegatives &* (2 &* positives &+ tiedPositives)
        positives &+= tiedPositives
        negatives &+= tiedNegatives
        guard positives > 0, negatives > 0 else { return nil }
        return Double(doubledArea) / 2 / (Double(positives) * Double(negatives))
    }
}
