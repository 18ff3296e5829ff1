import Parallelism

/// Newton's method for a convex loss plus `l1` times the coefficients' magnitudes.
///
/// Each step minimises the quadratic model of the loss plus the magnitudes by coordinate descent, and is halved until the
/// objective falls.
struct ProximalNewtonOptimizer {
    let maxIterations: Int
    let l1: Double

    /// The greatest step, relative to the parameters, after which the search ends.
    private static let tolerance = 1e-10
    private static let mostSweeps = 100_000

    /// The parameters of the least objective; the last one, the intercept, has no penalty.
    /// - Throws: ``ModelError/unusableData(_:)`` when it is not found; `CancellationError`.
    func minimum(of loss: LogisticLoss, flag: CancellationFlag) throws -> [Double] {
        var parameters = [Double](repeating: 0, count: loss.parameterCount)
        var value = loss.value(at: parameters, needsHessian: true)
        for _ in 0..<maxIterations {
            try flag.check()
            let step = step(from: parameters, value)
            let length = zip(step, parameters).reduce(0) { max($0, abs($1.0) / max(1, abs($1.1))) }
            if length <= Self.tolerance { return zip(parameters, step).map { $0 + $1 } }
            let objective = value.loss + penalty(parameters)
            // What the objective would fall by if it were linear and the penalty the step's.
            let slope =
                zip(step, value.gradient).reduce(0) { $0 + $1.0 * $1.1 }
                + penalty(zip(parameters, step).map { $0 + $1 }) - penalty(parameters)
            // The rounding error of the sum over all rows.
            let resolution = 1e-13 * (1 + abs(objective))
            var share = 1.0, next = parameters, nextValue = value
            repeat {
                next = zip(parameters, step).map { $0 + share * $1 }
                nextValue = loss.value(at: next, needsHessian: true)
                let isLower = nextValue.loss + penalty(next) <= objective + 1e-4 * share * slope
                if isLower || -slope <= resolution { break }
                share /= 2
            } while share > 1e-10
            guard share > 1e-10 else { break }
            (parameters, value) = (next, nextValue)
        }
        throw ModelError.unusableData("logistic regression did not converge in \(maxIterations) Newton steps")
    }

    private func penalty(_ parameters: [Double]) -> Double { l1 * parameters.dropLast().reduce(0) { $0 + abs($1) } }

    /// The step to the minimum of the quadratic model with the penalty.
    private func step(from parameters: [Double], _ value: LogisticLoss.Value) -> [Double] {
        let count = parameters.count
        func curvature(_ first: Int, _ second: Int) -> Double {
            value.hessian[max(first, second) * count + min(first, second)]
        }
        var step = [Double](repeating: 0, count: count)
        // The model's gradient at the step.
        var gradient = value.gradient
        for _ in 0..<Self.mostSweeps {
            var largest = 0.0
            for index in 0..<count {
                // A feature that never varies has no curvature, and no slope that the penalty does not hold.
                let own = curvature(index, index)
                guard own > 0 else { continue }
                let current = parameters[index] + step[index]
                let free = current - gradient[index] / own
                let threshold = index == count - 1 ? 0 : l1 / own
                let target = free > threshold ? free - threshold : free < -threshold ? free + threshold : 0
                let change = target - current
                guard change != 0 else { continue }
                step[index] += change
                for other in 0..<count { gradient[other] += change * curvature(index, other) }
                largest = max(largest, abs(change) / max(1, abs(target)))
            }
            if largest <= Self.tolerance / 100 { break }
        }
        return step
    }
}
