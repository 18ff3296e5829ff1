import Essentials
import Parallelism

/// The penalised log loss of a logistic regression over all rows, with gradient and Hessian.
///
/// Parameters are the coefficients of the standardised features, then the intercept. Sums run over parts of the rows
/// whose bounds depend on the data only, and parts are added in order: results do not depend on the number of threads.
struct LogisticLoss: Sendable {
    let features: FeatureMatrix
    let labels: [UInt8]
    let weights: [Float]?
    let scaler: StandardScaler
    /// The weights of rows with label 0 and 1.
    let labelWeights: SIMD2<Double>
    /// The factor of half the coefficients' squared length.
    let ridge: Double
    let threads: Int

    struct Value {
        var loss = 0.0
        var gradient: [Double]
        /// Row by row; the lower triangle only.
        var hessian: [Double]
    }

    var parameterCount: Int { features.featureCount + 1 }

    /// Loss, gradient and (if requested) Hessian at some parameters.
    func value(at parameters: [Double], needsHessian: Bool) -> Value {
        let count = parameterCount
        let blockCount = (labels.count + LogisticBlock.rowCount - 1) / LogisticBlock.rowCount
        // Enough parts to share among threads, few enough for their Hessians to stay small.
        let parts = max(1, min(64, blockCount / 16, (1 << 23) / (count * count)))
        var values = [Value](
            repeating: Value(
                gradient: Array(repeating: 0, count: count),
                hessian: Array(repeating: 0, count: needsHessian ? count * count : 0)),
            count: parts)
        values.withUnsafeMutableBufferPointer { buffer in
            // Each part writes its own element.
            nonisolated(unsafe) let values = buffer
            parallelFor(count: parts, threads: threads) { part in
                let block = LogisticBlock(featureCount: count - 1)
                for index in blockCount * part / parts..<blockCount * (part + 1) / parts {
                    block.load(self, from: index * LogisticBlock.rowCount)
                    block.add(to: &values[part], parameters, needsHessian: needsHessian)
                }
                block.deallocate()
            }
        }
        var total = values[0]
        for value in values.dropFirst() {
            total.loss += value.loss
            for index in total.gradient.indices { total.gradient[index] += value.gradient[index] }
            for index in total.hessian.indices { total.hessian[index] += value.hessian[index] }
        }
        for index in 0..<count - 1 {
            total.loss += ridge * (parameters[index] * parameters[index] / 2)
            total.gradient[index] += ridge * parameters[index]
            if needsHessian { total.hessian[index * count + index] += ridge }
        }
        return total
    }
}

/// Some rows, standardised, feature by feature in vectors of eight; missing values are 0, the mean.
private struct LogisticBlock {
    static let rowCount = 256
    private typealias Vector = SIMD8<Double>
    private static let vectorCount = rowCount / Vector.scalarCount

    private let featureCount: Int
    /// The features' values, then a column of ones for the intercept.
    private let values: UnsafeMutablePointer<Vector>
    private let labels: UnsafeMutablePointer<Vector>
    /// 0 for rows past the end.
    private let weights: UnsafeMutablePointer<Vector>
    private let residuals: UnsafeMutablePointer<Vector>
    private let curvatures: UnsafeMutablePointer<Vector>

    init(featureCount: Int) {
        self.featureCount = featureCount
        let columns = featureCount + 5
        values = .allocate(capacity: columns * Self.vectorCount)
        values.initialize(repeating: .zero, count: columns * Self.vectorCount)
        (values + featureCount * Self.vectorCount).update(repeating: Vector(repeating: 1), count: Self.vectorCount)
        labels = values + (featureCount + 1) * Self.vectorCount
        weights = labels + Self.vectorCount
        residuals = weights + Self.vectorCount
        curvatures = residuals + Self.vectorCount
    }

    func deallocate() { values.deallocate() }

    func load(_ loss: LogisticLoss, from start: Int) {
        let count = min(Self.rowCount, loss.labels.count - start)
        for feature in 0..<featureCount {
            let mean = loss.scaler.means[feature], scale = loss.scaler.scales[feature]
            scalars(values + feature * Self.vectorCount) { target in
                loss.features.columns[feature].withUnsafeBufferPointer { column in
                    for row in 0..<count {
                        let value = column[start + row]
                        target[row] = value.isFinite ? (Double(value) - mean) / scale : 0
                    }
                }
                for row in count..<Self.rowCount { target[row] = 0 }
            }
        }
        scalars(labels) { labels in
            scalars(weights) { weights in
                for row in 0..<Self.rowCount {
                    let label = row < count ? Int(loss.labels[start + row]) : 0
                    labels[row] = Double(label)
                    let weight = loss.weights.map { row < count ? Double($0[start + row]) : 0 } ?? 1
                    weights[row] = row < count ? weight * loss.labelWeights[label] : 0
                }
            }
        }
    }

    func add(to value: inout LogisticLoss.Value, _ parameters: [Double], needsHessian: Bool) {
        value.loss += setResiduals(parameters)
        let count = featureCount + 1
        for first in 0..<count {
            let column = values + first * Self.vectorCount
            value.gradient[first] += product(column, residuals)
            guard needsHessian else { continue }
            withUnsafeTemporaryAllocation(of: Vector.self, capacity: Self.vectorCount) { curved in
                for index in 0..<Self.vectorCount { curved[index] = column[index] * curvatures[index] }
                guard let curved = curved.baseAddress else { return }
                for second in 0...first {
                    value.hessian[first * count + second] += product(curved, values + second * Self.vectorCount)
                }
            }
        }
    }

    /// Fills ``residuals`` and ``curvatures``; returns the loss.
    private func setResiduals(_ parameters: [Double]) -> Double {
        for index in 0..<Self.vectorCount {
            var logOdds = Vector.zero
            for column in 0...featureCount { logOdds += values[column * Self.vectorCount + index] * parameters[column] }
            residuals[index] = logOdds
        }
        var loss = 0.0
        scalars(residuals) { residuals in
            scalars(curvatures) { curvatures in
                scalars(labels) { labels in
                    scalars(weights) { weights in
                        for row in 0..<Self.rowCount {
                            let logOdds = residuals[row]
                            // exp of a negative number never overflows; ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|).
                            let small = exp(-abs(logOdds))
                            let larger = 1 / (1 + small), smaller = small / (1 + small)
                            let probability = logOdds >= 0 ? larger : smaller
                            loss += weights[row] * (max(logOdds, 0) - labels[row] * logOdds + log1p(small))
                            residuals[row] = weights[row] * (probability - labels[row])
                            curvatures[row] = weights[row] * larger * smaller
                        }
                    }
                }
            }
        }
        return loss
    }

    private func product(_ first: UnsafeMutablePointer<Vector>, _ second: UnsafeMutablePointer<Vector>) -> Double {
        var sum = Vector.zero
        for index in 0..<Self.vectorCount { sum += first[index] * second[index] }
        return sum.sum()
    }

    private func scalars(_ vectors: UnsafeMutablePointer<Vector>, _ body: (UnsafeMutablePointer<Double>) -> Void) {
        vectors.withMemoryRebound(to: Double.self, capacity: Self.rowCount, body)
    }
}
