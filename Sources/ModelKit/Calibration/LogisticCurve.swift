import Essentials

/// The logistic regression of a few columns, without a penalty that matters: a ridge of 1e-11, as far as separable classes need
/// one.
struct LogisticCurve {
    /// One for each column.
    private(set) var slopes: [Double]
    private(set) var intercept = 0.0
    /// What was fitted, from 0 to 1.
    let targets: [Double]

    private static let ridge = 1e-11
    private static let mostSteps = 200

    /// Newton's method with step halving.
    init(columns: [[Double]], targets: [Double], weights: [Float]?) {
        self.targets = targets
        let count = columns.count + 1
        var parameters = [Double](repeating: 0, count: count)
        var value = Self.loss(at: parameters, columns, targets, weights)
        for _ in 0..<Self.mostSteps {
            guard let factor = CholeskyFactor(value.hessian, count: count) else { break }
            let step = factor.solve(value.gradient)
            let decrement = zip(step, value.gradient).reduce(0) { $0 + $1.0 * $1.1 }
            var share = 1.0, next = parameters, nextValue = value
            repeat {
                next = zip(parameters, step).map { $0 - share * $1 }
                nextValue = Self.loss(at: next, columns, targets, weights)
                share /= 2
            } while !(nextValue.loss <= value.loss) && share > 1e-10
            guard nextValue.loss <= value.loss else { break }
            (parameters, value) = (next, nextValue)
            // What a step can still gain is below the rounding of the loss.
            if decrement <= 1e-22 * (1 + abs(value.loss)) { break }
        }
        slopes = Array(parameters.dropLast())
        intercept = parameters[count - 1]
    }

    private struct Value {
        var loss = 0.0
        var gradient: [Double]
        var hessian: [Double]

        init(count: Int) {
            gradient = Array(repeating: 0, count: count)
            hessian = Array(repeating: 0, count: count * count)
        }
    }

    private static func loss(
        at parameters: [Double], _ columns: [[Double]], _ targets: [Double], _ weights: [Float]?
    ) -> Value {
        let count = parameters.count
        var total = Value(count: count)
        var terms = [Double](repeating: 1, count: count)
        // Sums over blocks keep rounding small for millions of rows.
        for start in stride(from: 0, to: targets.count, by: 4096) {
            var block = Value(count: count)
            for row in start..<min(targets.count, start + 4096) {
                let weight = weights.map { Double($0[row]) } ?? 1
                var logOdds = parameters[count - 1]
                for column in columns.indices {
                    terms[column] = columns[column][row]
                    logOdds += parameters[column] * terms[column]
                }
                // exp of a negative number never overflows.
                let small = exp(-abs(logOdds))
                let larger = 1 / (1 + small), smaller = small / (1 + small)
                block.loss += weight * (max(logOdds, 0) - targets[row] * logOdds + log1p(small))
                let residual = weight * ((logOdds >= 0 ? larger : smaller) - targets[row])
                let curvature = weight * larger * smaller
                for first in 0..<count {
                    block.gradient[first] += residual * terms[first]
                    for second in 0...first {
                        block.hessian[first * count + second] += curvature * terms[first] * terms[second]
                    }
                }
            }
            total.loss += block.loss
            for index in 0..<count { total.gradient[index] += block.gradient[index] }
            for index in total.hessian.indices { total.hessian[index] += block.hessian[index] }
        }
        for index in 0..<count {
            total.loss += ridge / 2 * parameters[index] * parameters[index]
            total.gradient[index] += ridge * parameters[index]
            total.hessian[index * count + index] += ridge
        }
        return total
    }
}
