import Parallelism

/// Scales features to mean 0 and standard deviation 1.
///
/// Values that are not finite are missing: they do not count in a feature's mean and deviation. The deviation is the
/// population's (divided by the number of values), as in scikit-learn's `StandardScaler`. A feature that does not vary
/// keeps its scale.
public struct StandardScaler: Sendable, Hashable, Codable {
    /// The features, in order.
    public let featureNames: [String]
    /// Each feature's mean; 0 for one without any value.
    public let means: [Double]
    /// Each feature's standard deviation; 1 for one that does not vary.
    public let scales: [Double]

    /// A scaler with known means and deviations, one for each feature; ``LogisticRegression`` checks them.
    package init(featureNames: [String], means: [Double], scales: [Double]) {
        self.featureNames = featureNames
        self.means = means
        self.scales = scales
    }

    /// Computes means and deviations of rows. Blocks the calling thread; in a task, use the `async` variant.
    public init(_ features: FeatureMatrix, threads: Int = 1) {
        var moments = [(mean: Double, scale: Double)](repeating: (0, 1), count: features.featureCount)
        moments.withUnsafeMutableBufferPointer { buffer in
            // Each feature writes its own element.
            nonisolated(unsafe) let moments = buffer
            parallelFor(count: features.featureCount, threads: threads) { feature in
                moments[feature] = Self.moments(features.columns[feature])
            }
        }
        featureNames = features.names
        means = moments.map(\.mean)
        scales = moments.map(\.scale)
    }

    /// Computes means and deviations of rows on a thread of its own.
    /// - Throws: `CancellationError` if the task is cancelled.
    public init(_ features: FeatureMatrix, threads: Int = 1) async throws {
        self = try await computeOnDedicatedThread(named: "scaling") { _ in Self(features, threads: threads) }
    }

    /// The rows scaled; missing values become NaN.
    /// - Throws: ``ModelError/featureMismatch(expected:actual:)`` when names or order differ.
    public func transform(_ features: FeatureMatrix) throws(ModelError) -> FeatureMatrix {
        guard features.names == featureNames else {
            throw .featureMismatch(expected: featureNames, actual: features.names)
        }
        let columns = features.columns.enumerated().map { index, column in
            let mean = means[index], scale = scales[index]
            return column.map { $0.isFinite ? Float((Double($0) - mean) / scale) : .nan }
        }
        return try FeatureMatrix(names: featureNames, columns: columns)
    }

    /// Two passes, in blocks to keep rounding small.
    private static func moments(_ column: [Float]) -> (mean: Double, scale: Double) {
        let (sum, count) = blockSum(column) { $0 }
        guard count > 0 else { return (0, 1) }
        let mean = sum / count
        let variance = blockSum(column) { ($0 - mean) * ($0 - mean) }.sum / count
        // The variance that rounding alone can give to a constant: the error of the mean's last digit, squared.
        let rounding = count * mean.magnitude * .ulpOfOne
        return variance <= rounding * rounding + count * .ulpOfOne * variance
            ? (mean, 1) : (mean, variance.squareRoot())
    }

    @inline(__always)
    private static func blockSum(_ column: [Float], _ value: (Double) -> Double) -> (sum: Double, count: Double) {
        column.withUnsafeBufferPointer { column in
            var total = SIMD2<Double>.zero
            for start in stride(from: 0, to: column.count, by: 4096) {
                var block = SIMD2<Double>.zero
                for index in start..<min(column.count, start + 4096) where column[index].isFinite {
                    block += SIMD2(value(Double(column[index])), 1)
                }
                total += block
            }
            return (total[0], total[1])
        }
    }
}
