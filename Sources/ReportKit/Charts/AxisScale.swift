import Essentials

/// An axis with its ends settled: maps values to 0...1 and knows its ticks.
struct AxisScale {
    struct Tick: Equatable {
        let value: Double
        let label: String
    }

    let isLogarithmic: Bool
    let lower: Double
    let upper: Double
    let ticks: [Tick]

    /// - Parameters:
    ///   - values: what must be visible when the axis has no fixed range; values it cannot show are skipped.
    ///   - includesZero: whether a linear axis includes 0, as the axis of bars must.
    ///   - tickCount: about how many ticks fit.
    ///   - roundsEnds: whether a linear axis without a fixed range is extended to its next ticks.
    init(
        _ axis: ChartAxis, values: some Sequence<Double>, includesZero: Bool = false, tickCount: Int,
        roundsEnds: Bool = true
    ) {
        isLogarithmic = axis.scale == .logarithmic
        let isLogarithmic = isLogarithmic
        var seen = [axis.range?.lowerBound, axis.range?.upperBound].compactMap { $0 }
            .filter { Self.canShow($0, isLogarithmic) }
        let hasFixedRange = seen.count == 2
        if !hasFixedRange {
            var low = Double.infinity, high = -Double.infinity
            for value in values where Self.canShow(value, isLogarithmic) {
                low = min(low, value)
                high = max(high, value)
            }
            seen = low <= high ? [low, high] : isLogarithmic ? [1, 10] : [0, 1]
            if includesZero, !isLogarithmic { seen.append(0) }
        }
        var (low, high) = Self.widened(seen.min() ?? 0, seen.max() ?? 1, isLogarithmic)
        if isLogarithmic {
            (lower, upper) = (low, high)
            ticks = Self.logarithmicTicks(low, high, axis.format, tickCount)
        } else {
            let step = Self.roundStep((high - low) / Double(max(1, tickCount)))
            if roundsEnds, !hasFixedRange {
                low = (low / step + 1e-9).rounded(.down) * step
                high = (high / step - 1e-9).rounded(.up) * step
            }
            (lower, upper) = (low, high)
            ticks = Self.linearTicks(low, high, step, axis.format)
        }
    }

    /// Where a value lies: the ends are 0 and 1. Clamped to -2...3 so that coordinates stay drawable; `nil` when the
    /// axis cannot show it.
    func position(_ value: Double) -> Double? {
        guard !value.isNaN, !isLogarithmic || value > 0 else { return nil }
        guard value.isFinite else { return nil }
        let position =
            isLogarithmic
            ? (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
            : (value / 2 - lower / 2) / (upper / 2 - lower / 2)
        return min(max(position, -2), 3)
    }

    /// The value at a share of the way between the ends.
    func value(at share: Double) -> Double {
        isLogarithmic
            ? pow(10, log10(lower) + (log10(upper) - log10(lower)) * share) : lower * (1 - share) + upper * share
    }

    private static func canShow(_ value: Double, _ isLogarithmic: Bool) -> Bool {
        // Beyond these a difference of two values, or a step between ticks, would not be finite.
        isLogarithmic ? value >= 1e-300 && value <= 1e300 : abs(value) <= 1e300
    }

    /// Ends far enough apart for ticks to have different labels.
    private static func widened(_ low: Double, _ high: Double, _ isLogarithmic: Bool) -> (Double, Double) {
        if isLogarithmic { return high / low < 1.01 ? (low / 3, high * 3) : (low, high) }
        let size = max(abs(low), abs(high))
        guard size > 1e-290 else { return (0, 1) }
        return high - low < size * 1e-6 ? (low - size * 0.1, high + size * 0.1) : (low, high)
    }

    /// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        for factor in [1.0, 2, 5] where factor * power >= step * (1 - 1e-9) { return factor * power }
        return 10 * power
    }

    private static func linearTicks(
        _ low: Double, _ high: Double, _ step: Double, _ format: ChartAxis.Format
    ) -> [Tick] {
        let first = (low / step - 1e-6).rounded(.up), last = (high / step + 1e-6).rounded(.down)
        guard last >= first, last - first < 1000 else { return [] }
        let size = max(abs(low), abs(high))
        return (0...Int(last - first)).map { offset in
            let multiple = first + Double(offset)
            let value = multiple == 0 ? 0 : multiple * step
            return Tick(value: value, label: linearLabel(value, step: step, size: size, format))
        }
    }

    /// All labels of an axis share unit and number of decimals.
    private static func linearLabel(
        _ value: Double, step: Double, size: Double, _ format: ChartAxis.Format
    ) -> String {
        if format == .percent { return ReadableNumber.decimal(value * 100, decimals(step * 100)) + "%" }
        if size >= 1e15 || size < 1e-4 { return value == 0 ? "0" : ReadableNumber.compact(value) }
        let unit = ReadableNumber.unit(of: size)
        let text = ReadableNumber.decimal(value / unit.factor, decimals(step / unit.factor))
        return value == 0 ? text : text + unit.suffix
    }

    private static func decimals(_ step: Double) -> Int { max(0, Int((-log10(step) - 1e-9).rounded(.up))) }

    private static func logarithmicTicks(
        _ low: Double, _ high: Double, _ format: ChartAxis.Format, _ tickCount: Int
    ) -> [Tick] {
        let decades = log10(high) - log10(low)
        let first = Int(log10(low).rounded(.down)), last = Int(log10(high).rounded(.up))
        let stride = max(1, Int((decades / Double(max(1, tickCount))).rounded(.up)))
        let factors: [Double] = decades < 1.5 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 2, 5] : [1]
        var ticks: [Tick] = []
        for exponent in first...last where exponent % stride == 0 {
            for factor in factors {
                let value = factor * pow(10, Double(exponent))
                guard value.isFinite, value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) else { continue }
                let label =
                    format == .percent ? ReadableNumber.compact(value * 100) + "%" : ReadableNumber.compact(value)
                ticks.append(Tick(value: value, label: label))
            }
        }
        return ticks
    }
}
