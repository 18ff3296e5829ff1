import Essentials
import Parallelism

/// A linear model of the log-odds over standardised features; trained by ``LogisticRegressionTrainer``.
///
/// A value that is not finite is missing and counts as the feature's mean, so that it does not change the log-odds.
public struct LogisticRegression: BinaryClassifier, Hashable {
    /// Scales features for the coefficients.
    public let scaler: StandardScaler
    /// The change of the log-odds with one standard deviation of each feature.
    public let coefficients: [Double]
    /// The log-odds when every feature has its mean.
    public let intercept: Double
    /// The change of the log-odds with one unit of each feature.
    public let slopes: [Double]

    /// A model with known coefficients.
    /// - Throws: ``ModelError/malformedModel(_:)`` when their number differs from that of the scaler's features, or one
    ///   is not finite.
    public init(scaler: StandardScaler, coefficients: [Double], intercept: Double) throws(ModelError) {
        let count = scaler.featureNames.count
        guard coefficients.count == count, scaler.means.count == count, scaler.scales.count == count else {
            throw .malformedModel(
                "logistic regression has \(coefficients.count) coefficients, \(scaler.means.count) means and "
                    + "\(scaler.scales.count) scales for \(count) features")
        }
        for (name, values) in [("coefficient", coefficients), ("mean", scaler.means), ("scale", scaler.scales)] {
            for index in values.indices where !values[index].isFinite || (name == "scale" && values[index] <= 0) {
                throw .malformedModel("the \(name) of feature '\(scaler.featureNames[index])' is \(values[index])")
            }
        }
        guard intercept.isFinite else { throw .malformedModel("the intercept is \(intercept)") }
        self.scaler = scaler
        self.coefficients = coefficients
        self.intercept = intercept
        slopes = zip(coefficients, scaler.scales).map { $0 / $1 }
    }

    /// The features, in the order in which rows hold them.
    public var featureNames: [String] { scaler.featureNames }

    /// The coefficients' magnitudes as shares of their sum.
    public var featureImportance: [Double] {
        let total = coefficients.reduce(0) { $0 + abs($1) }
        return coefficients.map { total > 0 ? abs($0) / total : 0 }
    }

    /// The probability of each row.
    public func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        let blockSize = 2048
        let count = features.rowCount
        return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Blocks of rows do not overlap.
            nonisolated(unsafe) let result = buffer
            parallelFor(count: (count + blockSize - 1) / blockSize, threads: threads) { block in
                let rows = block * blockSize..<min(count, (block + 1) * blockSize)
                for row in rows { result[row] = intercept }
                for feature in slopes.indices {
                    let slope = slopes[feature], mean = scaler.means[feature]
                    features.columns[feature].withUnsafeBufferPointer { column in
                        for row in rows where column[row].isFinite {
                            result[row] += slope * (Double(column[row]) - mean)
                        }
                    }
                }
                for row in rows { result[row] = Self.logistic(result[row]) }
            }
            initialized = count
        }
    }

    /// The probability of one row; the same bits as ``probabilities(_:threads:)`` gives.
    public func probability(row: UnsafeBufferPointer<Float>) -> Double {
        var logOdds = intercept
        slopes.withUnsafeBufferPointer { slopes in
            scaler.means.withUnsafeBufferPointer { means in
                for feature in slopes.indices where row[feature].isFinite {
                    logOdds += slopes[feature] * (Double(row[feature]) - means[feature])
                }
            }
        }
        return Self.logistic(logOdds)
    }

    static func logistic(_ logOdds: Double) -> Double { 1 / (1 + exp(-logOdds)) }
}

extension LogisticRegression: Codable {
    private enum CodingKeys: String, CodingKey {
        case scaler, coefficients, intercept
    }

    /// Reads a model and checks that its parts match.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            scaler: container.decode(StandardScaler.self, forKey: .scaler),
            coefficients: container.decode([Double].self, forKey: .coefficients),
            intercept: container.decode(Double.self, forKey: .intercept))
    }

    /// Writes scaler, coefficients and intercept.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scaler, forKey: .scaler)
        try container.encode(coefficients, forKey: .coefficients)
        try container.encode(intercept, forKey: .intercept)
    }
}
