import Essentials

/// The bounds of amounts, both inclusive.
struct AmountFences: Sendable, Hashable {
    var lower: Double?
    var upper: Double?

    func contains(_ amount: Double) -> Bool { amount >= lower ?? -.infinity && amount <= upper ?? .infinity }

    /// The fences of a rule for the waiting amounts.
    init(_ rule: OutlierRule, of statistics: OrderStatistics) throws {
        self.init()
        switch rule {
        case .none:
            break
        case .fixed(let low, let high):
            lower = low
            upper = high
        default:
            if statistics.count > 0 { try measure(rule, statistics) }
        }
        // Amounts so far apart that the arithmetic overflows set no bound.
        lower = lower.flatMap { $0.isFinite ? $0 : nil }
        upper = upper.flatMap { $0.isFinite ? $0 : nil }
    }

    private mutating func measure(_ rule: OutlierRule, _ statistics: OrderStatistics) throws {
        switch rule {
        case .none, .fixed:
            break
        case .interquartile(let k, let side):
            let quartiles = try statistics.quantiles([0.25, 0.75])
            set(around: (quartiles[0], quartiles[1]), k * (quartiles[1] - quartiles[0]), side)
        case .logInterquartile(let k, let side):
            let quartiles = try statistics.quantiles([0.25, 0.75], transform: { log($0) })
            let reach = k * (quartiles[1] - quartiles[0])
            upper = AmountFences.largest(withLogarithmUpTo: quartiles[1] + reach)
            if side == .both { lower = AmountFences.smallest(withLogarithmFrom: quartiles[0] - reach) }
        case .quantile(let low, let high):
            let bounds = try statistics.quantiles([low, high])
            lower = bounds[0]
            upper = bounds[1]
        case .zScore(let k, let side):
            let (mean, deviation) = try statistics.amounts.meanAndDeviation(count: statistics.count)
            set(around: (mean, mean), k * deviation, side)
        case .medianAbsoluteDeviation(let k, let side):
            let median = try statistics.quantiles([0.5])[0]
            let distances = statistics.distances(from: median)
            // The third quartile of the standard normal distribution.
            let deviation = try distances.quantiles([0.5])[0] / 0.674_489_750_196_081_7
            set(around: (median, median), k * deviation, side)
        }
    }

    init(lower: Double? = nil, upper: Double? = nil) {
        self.lower = lower
        self.upper = upper
    }

    private mutating func set(around middle: (Double, Double), _ reach: Double, _ side: OutlierRule.Side) {
        upper = middle.1 + reach
        if side == .both { lower = middle.0 - reach }
    }

    /// The largest number whose logarithm is not above the bound, so that comparing amounts gives the same result as
    /// comparing their logarithms.
    static func largest(withLogarithmUpTo bound: Double) -> Double? {
        var value = exp(bound)
        guard value.isFinite else { return nil }
        var steps = 0
        while log(value.nextUp) <= bound, steps < 4096 {
            value = value.nextUp
            steps += 1
        }
        while log(value) > bound, steps < 4096 {
            value = value.nextDown
            steps += 1
        }
        return value
    }

    /// The smallest number whose logarithm is not below the bound.
    static func smallest(withLogarithmFrom bound: Double) -> Double? {
        var value = exp(bound)
        guard value > 0 else { return nil }
        var steps = 0
        while log(value.nextDown) >= bound, steps < 4096 {
            value = value.nextDown
            steps += 1
        }
        while log(value) < bound, steps < 4096 {
            value = value.nextUp
            steps += 1
        }
        return value
    }
}

extension AmountSource {
    /// Mean and population standard deviation, in two passes; the same whatever the number of threads.
    func meanAndDeviation(count: Int) throws -> (mean: Double, deviation: Double) {
        let mean = try map { $0.reduce(0, +) }.reduce(0, +) / Double(count)
        let squares = try map { $0.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }.reduce(0, +)
        return (mean, (squares / Double(count)).squareRoot())
    }
}
