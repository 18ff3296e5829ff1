import Parallelism

/// Explains scores: how much each feature adds to the log-odds or probability that a classifier gives a row.
///
/// Explains boosted trees, random forests and logistic regression; any classifier has ``PermutationImportance`` and
/// ``PartialDependence``. Results do not depend on the number of threads, nor on which rows are explained together.
public struct ScoreExplainer: Sendable {
    /// How features count that are not known.
    public let method: ExplanationMethod
    /// What contributions add up to.
    public let scale: Explanation.Scale
    /// The score that is expected before any feature is known.
    public let baseValue: Double
    /// The features, in the order in which rows hold them.
    public let featureNames: [String]
    private let engine: Engine

    private enum Engine: Sendable {
        case path(PathShapley)
        case interventional(InterventionalShapley)
        case linear(LinearContributions)
    }

    /// Prepares a classifier's explanations. Blocks the calling thread, for a background longer than explaining a few rows.
    /// - Parameters:
    ///   - background: rows that ``ExplanationMethod/interventional`` compares with, such as 100 to 1,000 rows of the training
    ///     data; of the classifier's features. Not used by trees with ``ExplanationMethod/treePath``.
    ///   - cover: what ``ExplanationMethod/treePath`` weighs a tree's sides by; nil for rows in boosted trees, and weights in
    ///     forests.
    ///   - threads: for the background.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for another type of classifier, and for the interventional method without
    ///   background; ``ModelError/unusableData(_:)`` for a background without rows or with too many for very deep trees, and for
    ///   trees without cover;
    ///   ``ModelError/featureMismatch(expected:actual:)`` when the background's names or order differ.
    public init(
        _ classifier: any BinaryClassifier, method: ExplanationMethod = .treePath, background: FeatureMatrix? = nil,
        cover: TreeCover? = nil, threads: Int = 1
    ) throws(ModelError) {
        if let background {
            try classifier.requireFeatures(background)
            guard background.rowCount > 0 else { throw .unusableData("the background has no rows") }
        } else if method == .interventional {
            throw .invalidSetting("interventional explanations need a background")
        }
        self.method = method
        featureNames = classifier.featureNames
        switch classifier {
        case let ensemble as TreeEnsemble:
            scale = ensemble.link == .logistic ? .logOdds : .probability
            if method == .interventional, let background {
                let shapley = try InterventionalShapley(ensemble, background: background, threads: threads)
                baseValue = shapley.expectedValue
                engine = .interventional(shapley)
            } else {
                let shapley = try PathShapley(ensemble, cover: cover)
                baseValue = shapley.expectedValue
                engine = .path(shapley)
            }
        case let regression as LogisticRegression:
            scale = .logOdds
            let linear = LinearContributions(regression, background: background)
            baseValue = linear.expectedValue
            engine = .linear(linear)
        default:
            throw .invalidSetting(
                "a classifier of type \(type(of: classifier)) has no contributions; permutation importance and partial "
                    + "dependence explain any")
        }
    }

    /// Explains trees by their paths with vector instructions of at most this level of `CTreeKernels`, to test that every level
    /// gives the same bits.
    package init(_ ensemble: TreeEnsemble, kernelLevel: Int32) throws(ModelError) {
        let shapley = try PathShapley(ensemble, cover: nil, level: kernelLevel)
        method = .treePath
        scale = ensemble.link == .logistic ? .logOdds : .probability
        baseValue = shapley.expectedValue
        featureNames = ensemble.featureNames
        engine = .path(shapley)
    }

    /// Explains rows on at most `threads` threads. Blocks the calling thread; in a task, use the `async` variant.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    public func explain(_ features: FeatureMatrix, threads: Int = 1) throws(ModelError) -> Explanation {
        try explain(features, threads: threads, flag: nil, progress: nil)
    }

    /// Explains rows on a thread of its own and at most `threads - 1` others.
    /// - Parameter progress: called with the number of finished rows, on any of the threads; never with fewer than before.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ; `CancellationError` if the task
    ///   is cancelled.
    public func explain(
        _ features: FeatureMatrix, threads: Int = 1, progress: (@Sendable (_ rowsDone: Int) -> Void)? = nil
    ) async throws -> Explanation {
        try await computeOnDedicatedThread(named: "explanation") { flag in
            try explain(features, threads: threads, flag: flag, progress: progress)
        }
    }

    private func explain(
        _ features: FeatureMatrix, threads: Int, flag: CancellationFlag?,
        progress: (@Sendable (_ rowsDone: Int) -> Void)?
    ) throws(ModelError) -> Explanation {
        guard features.names == featureNames else {
            throw .featureMismatch(expected: featureNames, actual: features.names)
        }
        let contributions =
            switch engine {
            case .path(let shapley):
                shapley.contributions(features, threads: threads, flag: flag, progress: progress)
            case .interventional(let shapley):
                shapley.contributions(features, threads: threads, flag: flag, progress: progress)
            case .linear(let linear): linear.contributions(features)
            }
        return Explanation(
            featureNames: featureNames, scale: scale, baseValue: baseValue, contributions: contributions,
            rowCount: features.rowCount)
    }
}
