/// Which amounts are outliers: those outside fences computed from the amounts that passed all earlier rules.
///
/// Written as text `METHOD:K[:upper|both]`, both sides by default: `log-iqr:3:upper`, `iqr:1.5`, `z-score:4:upper`,
/// `mad:5`, `quantile:0.001:0.999`, `fixed:0:10000`, `none`. Amounts on a fence are kept.
public enum OutlierRule: Sendable, Hashable {
    /// No amount is an outlier.
    case none
    /// Q1 - k IQR and Q3 + k IQR (Tukey, "Exploratory Data Analysis", 1977), quartiles with linear interpolation.
    case interquartile(k: Double, side: Side)
    /// The same on the natural logarithm of the amounts.
    case logInterquartile(k: Double, side: Side)
    /// Two quantiles, shares of the amounts from 0 to 1, with linear interpolation.
    case quantile(low: Double, high: Double)
    /// The mean -/+ k standard deviations (of the population, as `scipy.stats.zscore`).
    case zScore(k: Double, side: Side)
    /// The median -/+ k times the median absolute deviation divided by 0.6745, which makes it a standard deviation for
    /// normal data (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993).
    case medianAbsoluteDeviation(k: Double, side: Side)
    /// Given bounds.
    case fixed(low: Double, high: Double)

    /// Which fence counts.
    public enum Side: String, Sendable, Hashable, CaseIterable {
        case upper
        case both
    }

    /// The far-out fence on the logarithm, upper side: tiny amounts are real, and a plain fence drops most frauds.
    public static let standard = OutlierRule.logInterquartile(k: 3, side: .upper)

    /// Reads the text form.
    /// - Throws: ``CleaningError/invalidOutlierRule(text:)`` for anything else, for a negative `K`, and for a lower bound
    ///   above the upper one.
    public init(parsing text: String) throws(CleaningError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        func failure() -> CleaningError { .invalidOutlierRule(text: text) }
        func number(_ index: Int) throws(CleaningError) -> Double {
            guard index < parts.count, let value = Double(parts[index]), !value.isNaN else { throw failure() }
            return value
        }
        func bounds() throws(CleaningError) -> (Double, Double) {
            let low = try number(1), high = try number(2)
            guard parts.count == 3, low <= high else { throw failure() }
            return (low, high)
        }
        func factor() throws(CleaningError) -> (Double, Side) {
            let k = try number(1)
            guard parts.count <= 3, k >= 0, k.isFinite else { throw failure() }
            guard parts.count == 3 else { return (k, .both) }
            guard let side = Side(rawValue: parts[2]) else { throw failure() }
            return (k, side)
        }
        switch parts[0] {
        case "none" where parts.count == 1:
            self = .none
        case "iqr":
            let (k, side) = try factor()
            self = .interquartile(k: k, side: side)
        case "log-iqr":
            let (k, side) = try factor()
            self = .logInterquartile(k: k, side: side)
        case "z-score":
            let (k, side) = try factor()
            self = .zScore(k: k, side: side)
        case "mad":
            let (k, side) = try factor()
            self = .medianAbsoluteDeviation(k: k, side: side)
        case "quantile":
            let (low, high) = try bounds()
            guard low >= 0, high <= 1 else { throw failure() }
            self = .quantile(low: low, high: high)
        case "fixed":
            let (low, high) = try bounds()
            self = .fixed(low: low, high: high)
        default:
            throw failure()
        }
    }
}

extension OutlierRule: CustomStringConvertible {
    /// The text form; ``init(parsing:)`` reads it back equal.
    public var description: String {
        func text(_ method: String, _ k: Double, _ side: Side) -> String {
            "\(method):\(short(k))\(side == .both ? "" : ":\(side.rawValue)")"
        }
        func short(_ value: Double) -> String {
            let text = value.description
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        switch self {
        case .none: return "none"
        case .interquartile(let k, let side): return text("iqr", k, side)
        case .logInterquartile(let k, let side): return text("log-iqr", k, side)
        case .zScore(let k, let side): return text("z-score", k, side)
        case .medianAbsoluteDeviation(let k, let side): return text("mad", k, side)
        case .quantile(let low, let high): return "quantile:\(short(low)):\(short(high))"
        case .fixed(let low, let high): return "fixed:\(short(low)):\(short(high))"
        }
    }
}

extension OutlierRule: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
