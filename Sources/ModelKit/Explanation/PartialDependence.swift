import Essentials
import Parallelism

/// The mean probability of rows in which one feature is set to each of some values (Friedman 2001), and each row's own
/// (individual conditional expectation, Goldstein et al. 2015); scikit-learn's `partial_dependence` with `method="brute"`. For any
/// classifier.
public struct PartialDependence: Sendable, Hashable, Codable {
    /// The feature's name.
    public let feature: String
    /// The feature's values, ascending.
    public let values: [Double]
    /// The mean probability at each value.
    public let mean: [Double]
    /// Each row's probability at each value, one array a row; nil unless they are asked for.
    public let individual: [[Double]]?

    /// Computes the dependence on a feature. Blocks the calling thread; in a task, use the `async` variant.
    /// - Parameters:
    ///   - rows: whose other features stay as they are; at least one.
    ///   - values: finite values of the feature; nil for at most 100 from ``grid(_:count:)``.
    ///   - keepsIndividual: whether each row's probabilities are kept.
    ///   - threads: for the classifier; the result does not depend on it.
    /// - Throws: ``ModelError`` for features that do not fit, a feature that there is not, no rows, and values that are not
    ///   finite or none.
    public init(
        _ classifier: any BinaryClassifier, of feature: String, in rows: FeatureMatrix, values: [Double]? = nil,
        keepsIndividual: Bool = false, threads: Int = 1
    ) throws {
        try self.init(classifier, feature, rows, values, keepsIndividual, threads, CancellationFlag())
    }

    /// Computes the dependence on a feature on a thread of its own and at most `threads - 1` others.
    /// - Parameters:
    ///   - rows: whose other features stay as they are; at least one.
    ///   - values: finite values of the feature; nil for at most 100 from ``grid(_:count:)``.
    ///   - keepsIndividual: whether each row's probabilities are kept.
    ///   - threads: for the classifier; the result does not depend on it.
    /// - Throws: as the variant that blocks; `CancellationError` if the task is cancelled.
    public init(
        _ classifier: any BinaryClassifier, of feature: String, in rows: FeatureMatrix, values: [Double]? = nil,
        keepsIndividual: Bool = false, threads: Int = 1
    ) async throws {
        self = try await computeOnDedicatedThread(named: "dependence") { flag in
            try Self(classifier, feature, rows, values, keepsIndividual, threads, flag)
        }
    }

    private init(
        _ classifier: any BinaryClassifier, _ feature: String, _ rows: FeatureMatrix, _ chosen: [Double]?,
        _ keepsIndividual: Bool, _ threads: Int, _ flag: CancellationFlag
    ) throws {
        try classifier.requireFeatures(rows)
        guard let index = rows.names.firstIndex(of: feature) else {
            throw ModelError.invalidSetting("there is no feature '\(feature)'")
        }
        guard rows.rowCount > 0 else { throw ModelError.unusableData("there are no rows") }
        let values = try chosen?.sorted() ?? Self.grid(rows.columns[index])
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
            throw ModelError.invalidSetting("values of feature '\(feature)' must be finite, and at least one")
        }
        var mean: [Double] = []
        var individual = [[Double]](repeating: [], count: keepsIndividual ? rows.rowCount : 0)
        for value in values {
            try flag.check()
            let probabilities = try classifier.probabilities(rows.setting(index, to: value), threads: threads)
            mean.append(probabilities.reduce(0, +) / Double(probabilities.count))
            for row in individual.indices { individual[row].append(probabilities[row]) }
        }
        self.feature = feature
        self.values = values
        self.mean = mean
        self.individual = keepsIndividual ? individual : nil
    }

    /// Values that stand for a column: all distinct ones if there are fewer than `count`, else `count` in equal steps from the
    /// 5 % to the 95 % quantile, as in scikit-learn. Values that are not finite do not count.
    /// - Throws: ``ModelError/unusableData(_:)`` for a column without finite values; ``ModelError/invalidSetting(_:)`` for a `count`
    ///   below 2.
    public static func grid(_ column: [Float], count: Int = 100) throws(ModelError) -> [Double] {
        try SettingRange.require("count", count, atLeast: 2)
        let sorted = column.filter(\.isFinite).map { Double($0) }.sorted()
        guard !sorted.isEmpty else { throw .unusableData("the column has no finite values") }
        var distinct: [Double] = []
        for value in sorted where distinct.last != value {
            distinct.append(value)
            if distinct.count == count { break }
        }
        if distinct.count < count { return distinct }
        let low = quantile(sorted, 0.05), high = quantile(sorted, 0.95)
        let step = (high - low) / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? high : low + Double($0) * step }
    }

    /// scipy's `mquantiles` with its default plotting position, 0.4.
    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let position = Double(sorted.count) * share + 0.4 + share * 0.2
        let index = min(max(1, Int(position)), max(1, sorted.count - 1))
        let part = min(max(0, position - Double(index)), 1)
        return (1 - part) * sorted[index - 1] + part * sorted[min(index, sorted.count - 1)]
    }
}
