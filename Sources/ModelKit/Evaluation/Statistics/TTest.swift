/// The two-sample t-test of equal means.
public struct TTest: Sendable, Hashable, Codable {
    /// The difference of the means (first minus second) in standard errors; `nil` where both samples are constant, so that
    /// the standard error is 0.
    public let statistic: Double?
    /// Degrees of freedom of the t distribution that the statistic is compared with.
    public let degreesOfFreedom: Double
    /// The probability of a difference at least this large, in either direction, if the means were equal. For constant
    /// samples 1 if they are equal, else 0.
    public let pValue: Double
    /// First mean minus second.
    public let meanDifference: Double

    /// Student's test, which assumes equal variances.
    /// - Throws: ``ModelError/unusableData(_:)`` for a sample of fewer than two values, or a value that is not finite.
    public static func student(_ first: [Double], _ second: [Double]) throws(ModelError) -> TTest {
        let (a, b) = (try Moments(first), try Moments(second))
        let degreesOfFreedom = a.count + b.count - 2
        let pooled = (a.squares + b.squares) / degreesOfFreedom
        return TTest(a, b, squaredError: pooled * (1 / a.count + 1 / b.count), degreesOfFreedom)
    }

    /// Welch's test, which allows different variances (Welch 1947; degrees of freedom by Satterthwaite).
    /// - Throws: ``ModelError/unusableData(_:)`` for a sample of fewer than two values, or a value that is not finite.
    public static func welch(_ first: [Double], _ second: [Double]) throws(ModelError) -> TTest {
        let (a, b) = (try Moments(first), try Moments(second))
        let errorA = a.squares / (a.count - 1) / a.count, errorB = b.squares / (b.count - 1) / b.count
        let squaredError = errorA + errorB
        guard squaredError > 0 else { return TTest(a, b, squaredError: 0, a.count + b.count - 2) }
        let shareA = errorA / squaredError, shareB = errorB / squaredError
        return TTest(
            a, b, squaredError: squaredError, 1 / (shareA * shareA / (a.count - 1) + shareB * shareB / (b.count - 1)))
    }

    private init(_ first: Moments, _ second: Moments, squaredError: Double, _ degreesOfFreedom: Double) {
        meanDifference = first.mean - second.mean
        self.degreesOfFreedom = degreesOfFreedom
        guard squaredError > 0 else {
            statistic = nil
            pValue = meanDifference == 0 ? 1 : 0
            return
        }
        let t = meanDifference / squaredError.squareRoot()
        statistic = t
        // The two-sided tail is I_x(df / 2, 1 / 2) at x = df / (df + t^2).
        let square = t * t
        pValue = IncompleteBeta.regularised(
            degreesOfFreedom / 2, 0.5, x: degreesOfFreedom / (degreesOfFreedom + square),
            complement: square.isFinite ? square / (degreesOfFreedom + square) : 1)
    }

    private struct Moments {
        let count: Double
        let mean: Double
        /// Sum of squared deviations from the mean.
        let squares: Double

        init(_ values: [Double]) throws(ModelError) {
            guard values.count >= 2 else {
                throw .unusableData("\(values.count) values; a t-test needs two in each sample")
            }
            for (index, value) in values.enumerated() where !value.isFinite {
                throw .unusableData("value \(index) of a sample is \(value), not a finite number")
            }
            count = Double(values.count)
            let mean = values.reduce(0, +) / count
            self.mean = mean
            squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
    }
}
