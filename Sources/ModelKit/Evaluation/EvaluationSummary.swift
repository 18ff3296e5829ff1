import Parallelism

/// All metrics of a model's probabilities on labelled rows, computed with one sort.
public struct EvaluationSummary: Sendable, Hashable, Codable {
    /// Rows evaluated.
    public let rowCount: Int
    /// Frauds among them, whatever their weight.
    public let positiveCount: Int
    /// See ``Metrics/rocAUC(scores:labels:weights:threads:)``.
    public let rocAUC: Double
    /// See ``Metrics/averagePrecision(scores:labels:weights:threads:)``.
    public let averagePrecision: Double
    /// See ``Metrics/logLoss(probabilities:labels:weights:threads:)``.
    public let logLoss: Double
    /// See ``Metrics/brierScore(probabilities:labels:weights:threads:)``.
    public let brierScore: Double
    /// The requested threshold.
    public let threshold: Double
    /// The counts at ``threshold``.
    public let confusion: ConfusionMatrix
    /// The threshold with the highest F1 on these rows. Evaluating a threshold on the rows that it was chosen on is
    /// optimistic: choose it on a validation set.
    public let bestF1Threshold: Double
    /// The counts at ``bestF1Threshold``.
    public let bestF1Confusion: ConfusionMatrix
    /// Precision and recall among the highest scores, for each requested k up to the number of rows.
    public let topK: [TopKQuality]
    /// The ROC curve, simplified for plotting.
    public let rocCurve: ROCCurve
    /// The precision-recall curve, simplified for plotting.
    public let precisionRecallCurve: PrecisionRecallCurve

    /// Evaluates probabilities. Blocks the calling thread; in a task, use the `async` variant.
    /// - Parameters:
    ///   - threshold: the lowest probability that raises an alert.
    ///   - topK: the numbers of highest scores to consider.
    ///   - curvePoints: the most points to keep of each curve.
    /// - Throws: ``ModelError`` as ``Metrics`` says; ``ModelError/invalidSetting(_:)`` for a `topK` below 1 or fewer than two
    ///   points.
    public init(
        probabilities: [Double], labels: [UInt8], weights: [Float]? = nil, threshold: Double = 0.5,
        topK: [Int] = [100, 1000], curvePoints: Int = 400, threads: Int = 1
    ) throws(ModelError) {
        for k in topK where k < 1 { throw .invalidSetting("k is \(k), not at least 1") }
        guard curvePoints >= 2 else { throw .invalidSetting("\(curvePoints) points for a curve, which has two ends") }
        guard !threshold.isNaN else { throw .invalidSetting("the threshold is not a number") }
        try EvaluationInput.validateProbabilities(probabilities, labels: labels, weights: weights)
        try EvaluationInput.requireBothClasses(labels, weights)
        let ranked = RankedScores(validated: probabilities, labels: labels, weights: weights, threads: threads)
        let ks = Set(topK).filter { $0 <= probabilities.count }.sorted()
        var area = AreaUnderROC(), precisionSum = AveragePrecisionSum(), best = BestF1(ranked)
        var counts = TopKCounts(ks), collector = CurveCollector(ranked, isThinning: true)
        ranked.forEachStep { step in
            area.add(step)
            precisionSum.add(step)
            best.add(step)
            counts.add(step)
            collector.add(step)
        }
        rowCount = ranked.rowCount
        positiveCount = ranked.positiveRowCount
        rocAUC = area.value(ranked)
        averagePrecision = precisionSum.value(ranked)
        logLoss = Metrics.validatedLogLoss(probabilities, labels, weights, threads)
        brierScore = Metrics.validatedBrierScore(probabilities, labels, weights, threads)
        self.threshold = threshold
        confusion = Metrics.validatedConfusion(probabilities, labels, weights, threshold)
        bestF1Threshold = best.step.score
        bestF1Confusion = ConfusionMatrix(
            truePositives: best.step.truePositives, falsePositives: best.step.falsePositives,
            trueNegatives: ranked.negatives - best.step.falsePositives,
            falseNegatives: ranked.positives - best.step.truePositives)
        self.topK = zip(ks, counts.positives).map {
            TopKQuality(k: $0, foundPositives: $1, positives: Double(ranked.positiveRowCount))
        }
        rocCurve = ROCCurve(collector.steps, ranked, maximumPoints: curvePoints)
        precisionRecallCurve = PrecisionRecallCurve(collector.steps, ranked, maximumPoints: curvePoints)
    }

    /// Evaluates probabilities on a thread of its own; the parameters are those of the variant that blocks.
    /// - Throws: ``ModelError`` as that variant; `CancellationError` if the task is cancelled.
    public init(
        probabilities: [Double], labels: [UInt8], weights: [Float]? = nil, threshold: Double = 0.5,
        topK: [Int] = [100, 1000], curvePoints: Int = 400, threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "evaluation") { _ in
            try Self(
                probabilities: probabilities, labels: labels, weights: weights, threshold: threshold, topK: topK,
                curvePoints: curvePoints, threads: threads)
        }
    }
}
