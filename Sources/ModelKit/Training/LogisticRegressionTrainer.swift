import Parallelism

/// How a logistic regression is trained.
public struct LogisticRegressionConfiguration: Sendable, Hashable, Codable {
    /// The weight of a fraud relative to a genuine row.
    public enum ClassWeight: Sendable, Hashable, Codable {
        /// The same weight.
        case equal
        /// A weight for which both classes have the same total.
        case balanced
        /// This many times as much.
        case positive(Double)
    }

    /// The inverse of the penalty, scikit-learn's `C`: the factor of the loss summed over the rows, against half the
    /// coefficients' squared length (L2), or the sum of their magnitudes (L1).
    public var inverseRegularization = 1.0
    /// The share of L1 in the penalty, scikit-learn's `l1_ratio`: 0 is L2 only, 1 is L1 only (the lasso), between them is the elastic
    /// net. With L1, coefficients of features that do not help enough are exactly 0.
    public var l1Ratio = 0.0
    /// The weight of frauds.
    public var classWeight = ClassWeight.equal
    /// The most Newton steps before training fails.
    public var maxIterations = 100
    /// Threads at most; 0: as many as there are processors. Results do not depend on it.
    public var threads = 0

    /// A configuration of the defaults.
    public init() {}

    /// Reads a configuration; settings that are missing get their defaults.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ path: WritableKeyPath<Self, Value>) throws {
            if let value = try container.decodeIfPresent(Value.self, forKey: key) { self[keyPath: path] = value }
        }
        try read(.inverseRegularization, \.inverseRegularization)
        try read(.l1Ratio, \.l1Ratio)
        try read(.classWeight, \.classWeight)
        try read(.maxIterations, \.maxIterations)
        try read(.threads, \.threads)
    }
}

/// Trains logistic regressions with an L2 penalty, L1 penalty or both, on features that it standardises itself.
///
/// Newton's method continues until the coefficients are within about 1e-9 of the optimum; with L1, each of its steps is found by
/// coordinate descent (Friedman, Hastie, Tibshirani 2010; Lee, Sun, Saunders 2014, *Proximal Newton-type methods*). The intercept is not
/// penalised. Means and deviations ignore the rows' weights. Missing values count as the feature's mean.
public struct LogisticRegressionTrainer: Sendable {
    /// The settings of each training.
    public let configuration: LogisticRegressionConfiguration

    /// - Throws: ``ModelError/invalidSetting(_:)``.
    public init(_ configuration: LogisticRegressionConfiguration = .init()) throws(ModelError) {
        try SettingRange.requirePositive("inverseRegularization", configuration.inverseRegularization)
        if case .positive(let weight) = configuration.classWeight {
            try SettingRange.requirePositive("classWeight", weight)
        }
        guard (0...1).contains(configuration.l1Ratio) else {
            throw .invalidSetting("l1Ratio is \(configuration.l1Ratio); it must be from 0 to 1")
        }
        try SettingRange.require("maxIterations", configuration.maxIterations, atLeast: 1)
        self.configuration = configuration
    }

    /// Trains on dedicated threads.
    /// - Parameters:
    ///   - labels: 0 or 1 for each row.
    ///   - weights: one for each row, finite and not negative; `nil`: all 1.
    /// - Throws: ``ModelError`` for shapes and data that cannot be trained on; `CancellationError` when the task is
    ///   cancelled, which is checked once per Newton step.
    public func train(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]? = nil
    ) async throws -> LogisticRegression {
        try await onDedicatedThread(named: "logistic-regression") { [self] flag in
            try trainBlocking(features, labels: labels, weights: weights, flag: flag)
        }
    }

    private func trainBlocking(
        _ features: FeatureMatrix, labels: [UInt8], weights: [Float]?, flag: CancellationFlag
    ) throws -> LogisticRegression {
        guard features.rowCount == labels.count else {
            throw ModelError.shapeMismatch("\(features.rowCount) rows for \(labels.count) labels")
        }
        guard !labels.isEmpty else { throw ModelError.unusableData("there are no rows to learn from") }
        try EvaluationInput.validateLabels(labels)
        if let weights { try EvaluationInput.validateWeights(weights, count: labels.count) }
        let classTotals = Self.classTotals(labels, weights)
        guard classTotals.min() > 0 else {
            throw ModelError.unusableData("no row has the label \(classTotals[1] > 0 ? 0 : 1); both classes are needed")
        }
        let threads = configuration.threads > 0 ? configuration.threads : Processors.available
        let scaler = StandardScaler(features, threads: threads)
        let classFactors: SIMD2<Double> =
            switch configuration.classWeight {
            case .equal: SIMD2(1, 1)
            case .balanced: classTotals.sum() / (2 * classTotals)
            case .positive(let weight): SIMD2(1, weight)
            }
        let loss = LogisticLoss(
            features: features, labels: labels, weights: weights, scaler: scaler,
            labelWeights: classFactors * configuration.inverseRegularization, ridge: 1 - configuration.l1Ratio,
            threads: threads)
        let optimum =
            configuration.l1Ratio > 0
            ? try ProximalNewtonOptimizer(maxIterations: configuration.maxIterations, l1: configuration.l1Ratio)
                .minimum(of: loss, flag: flag)
            : try NewtonOptimizer(maxIterations: configuration.maxIterations).minimum(of: loss, flag: flag)
        return try LogisticRegression(
            scaler: scaler, coefficients: Array(optimum.dropLast()), intercept: optimum.last ?? 0)
    }

    /// Weight of the genuine rows and of the frauds.
    private static func classTotals(_ labels: [UInt8], _ weights: [Float]?) -> SIMD2<Double> {
        var totals = SIMD2<Double>.zero
        for row in labels.indices { totals[Int(labels[row])] += weights.map { Double($0[row]) } ?? 1 }
        return totals
    }
}
