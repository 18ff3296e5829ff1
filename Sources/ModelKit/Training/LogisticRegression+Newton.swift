import Parallelism

/// Newton's method with step halving for a strictly convex loss.
struct NewtonOptimizer {
    let maxIterations: Int

    /// Half the squared Newton decrement bounds how far the loss is above its minimum; as the penalty makes every curvature
    /// at least 1, its root bounds the distance of the coefficients.
    private static let tolerance = 1e-20

    /// The parameters of the least loss.
    /// - Throws: ``ModelError/unusableData(_:)`` when it is not found; `CancellationError`.
    func minimum(of loss: LogisticLoss, flag: CancellationFlag) throws -> [Double] {
        var parameters = [Double](repeating: 0, count: loss.parameterCount)
        var value = loss.value(at: parameters, needsHessian: true)
        for _ in 0..<maxIterations {
            try flag.check()
            guard let factor = CholeskyFactor(value.hessian, count: parameters.count) else { break }
            let step = factor.solve(value.gradient)
            let decrement = zip(step, value.gradient).reduce(0) { $0 + $1.0 * $1.1 }
            if decrement <= Self.tolerance { return parameters }
            // The rounding error of the sum over all rows.
            let resolution = 1e-13 * (1 + abs(value.loss))
            var share = 1.0
            var next = parameters
            var nextValue = value
            repeat {
                next = zip(parameters, step).map { $0 - share * $1 }
                nextValue = loss.value(at: next, needsHessian: true)
                if nextValue.loss <= value.loss - 1e-4 * share * decrement { break }
                // So near the minimum that the loss no longer changes; the gradient still does.
                if decrement <= resolution { break }
                share /= 2
            } while share > 1e-10
            guard share > 1e-10 else { break }
            let isSettled = decrement <= resolution && !Self.isSmaller(nextValue.gradient, value.gradient)
            if isSettled { return parameters }
            (parameters, value) = (next, nextValue)
        }
        throw ModelError.unusableData("logistic regression did not converge in \(maxIterations) Newton steps")
    }

    private static func isSmaller(_ first: [Double], _ second: [Double]) -> Bool {
        first.reduce(0) { $0 + $1 * $1 } < second.reduce(0) { $0 + $1 * $1 }
    }
}

/// The Cholesky factor of a symmetric positive definite matrix.
struct CholeskyFactor {
    private let count: Int
    /// Row by row; the lower triangle only.
    private var lower: [Double]

    /// - Parameter matrix: row by row; the lower triangle is read.
    /// - Returns: `nil` when the matrix is not positive definite.
    init?(_ matrix: [Double], count: Int) {
        self.count = count
        lower = matrix
        for row in 0..<count {
            for column in 0...row {
                var sum = lower[row * count + column]
                for index in 0..<column { sum -= lower[row * count + index] * lower[column * count + index] }
                if row == column {
                    guard sum > 0, sum.isFinite else { return nil }
                    lower[row * count + row] = sum.squareRoot()
                } else {
                    lower[row * count + column] = sum / lower[column * count + column]
                }
            }
        }
    }

    /// The solution of matrix * x = right.
    func solve(_ right: [Double]) -> [Double] {
        var solution = right
        for row in 0..<count {
            for index in 0..<row { solution[row] -= lower[row * count + index] * solution[index] }
            solution[row] /= lower[row * count + row]
        }
        for row in (0..<count).reversed() {
            for index in row + 1..<count { solution[row] -= lower[index * count + row] * solution[index] }
            solution[row] /= lower[row * count + row]
        }
        return solution
    }
}
