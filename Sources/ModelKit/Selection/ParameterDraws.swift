import Essentials

/// Random settings for a search, the same for the same seed on every machine.
public struct ParameterDraws: Sendable {
    private var generator: SplitMix64

    init(seed: UInt64, stream: UInt64) { generator = SplitMix64(seed: seed, stream: stream) }

    /// A number, uniformly from a range.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        let share = Double(generator.next() >> 11) * 0x1p-53
        return range.lowerBound + share * (range.upperBound - range.lowerBound)
    }

    /// A number whose logarithm is uniform: for settings whose factor matters, such as learning rates and penalties.
    /// - Parameter range: above 0; a range that is not is used as ``uniform(in:)`` uses it.
    public mutating func logUniform(in range: ClosedRange<Double>) -> Double {
        guard range.lowerBound > 0 else { return uniform(in: range) }
        let drawn = exp(uniform(in: log(range.lowerBound)...log(range.upperBound)))
        return min(max(drawn, range.lowerBound), range.upperBound)
    }

    /// A whole number, uniformly from a range.
    public mutating func integer(in range: ClosedRange<Int>) -> Int {
        let (count, overflows) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        guard !overflows, count < .max else { return Int(truncatingIfNeeded: generator.next()) }
        return range.lowerBound + generator.index(below: count + 1)
    }

    /// One of some values; nil of none.
    public mutating func choice<Value>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values[generator.index(below: values.count)]
    }
}

extension GridSearch {
    /// A search over random configurations (Bergstra and Bengio 2012, *Random search for hyper-parameter optimization*): with
    /// many settings it finds as good ones as a grid in fewer trials.
    /// - Parameters:
    ///   - count: how many configurations to draw.
    ///   - seed: what they are drawn by; the first ones are the same for any `count`.
    ///   - draw: makes one configuration.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a count below 1; what `draw` throws.
    public static func random(
        count: Int, seed: UInt64, draw: (inout ParameterDraws) throws -> Parameters
    ) throws -> GridSearch {
        try SettingRange.require("count", count, atLeast: 1)
        return try GridSearch(
            (0..<count).map { index in
                var draws = ParameterDraws(seed: seed, stream: UInt64(index))
                return try draw(&draws)
            })
    }
}
