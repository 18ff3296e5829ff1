/// What the values of one column look like.
public struct ColumnProfile: Sendable, Hashable, Codable {
    /// The column's name.
    public var name: String
    /// The type in which it is stored or was read, such as `int64`; see `DataType`.
    public var type: String
    /// Rows with a value.
    public var count: Int
    /// Rows without a value: ``nulls``, ``markers``, and NaN.
    public var missing: Int
    /// Rows that are null.
    public var nulls: Int
    /// Texts that mean a missing value, such as `NA`, as they are written; the most frequent first.
    public var markers: [ValueCount]
    /// How many different values there are.
    public var distinct: DistinctCount
    /// Whether all values are equal, at least two rows have one, and none is missing.
    public var isConstant: Bool
    /// The order of the values by row; nil for fewer than two. Texts are compared by their bytes.
    public var order: ValueOrder?
    /// The smallest finite value; nil for text.
    public var minimum: ProfileValue?
    /// The largest finite value; nil for text.
    public var maximum: ProfileValue?
    /// The quantiles of the finite values; empty for text and booleans.
    public var quantiles: [Quantile]
    /// By how much the rank of a quantile may be wrong, as a share of all values: 0 if exact.
    public var quantileError: Double
    /// The most frequent values, at most ten.
    public var mostFrequent: [ValueCount]
    /// How much too low their counts can be: 0 if exact.
    public var countError: Int
    /// For integers and floating-point numbers.
    public var numbers: NumberProfile?
    /// For text and binary.
    public var text: TextProfile?
    /// Rows that are true; nil for other types than booleans.
    public var trueCount: Int?
    /// 20 bins of equal width between the quantiles of 1 % and 99 %, the outer of which have the rows beyond, too; at most
    /// one bin if these are equal. Empty for text and booleans. Times are in microseconds since 1970.
    public var histogram: [HistogramBin]

    /// At most 1,000 different texts, chosen by their hash: the same for the same values in any order, and each with the
    /// same chance. Empty for other types.
    package var sampledTexts: [String] = []

    private enum CodingKeys: String, CodingKey {
        case name, type, count, missing, nulls, markers, distinct, isConstant, order, minimum, maximum, quantiles
        case quantileError, mostFrequent, countError, numbers, text, trueCount, histogram
    }

    /// Missing rows as a share of all; 0 without rows.
    public var missingShare: Double { count + missing > 0 ? Double(missing) / Double(count + missing) : 0 }

    /// The quantile of a share that was computed.
    public func quantile(_ share: Double) -> ProfileValue? { quantiles.first { $0.share == share }?.value }
}

/// A value and how often it occurs.
public struct ValueCount: Sendable, Hashable, Codable {
    /// The value.
    public var value: ProfileValue
    /// Rows with it.
    public var count: Int
}

/// How many different values a column has.
public struct DistinctCount: Sendable, Hashable, Codable {
    /// The number, or an estimate.
    public var count: Int
    /// Whether it was counted, as up to 100,000 values are, not estimated by HyperLogLog.
    public var isExact: Bool
    /// The standard deviation of the estimate as a share of it; nil if exact.
    public var standardError: Double?
}

/// The order of a column's values by row.
public enum ValueOrder: String, Sendable, Hashable, Codable {
    case strictlyAscending = "strictly_ascending"
    /// Equal values may follow one another.
    case ascending
    /// Equal values may follow one another.
    case descending
    case unordered
}

/// The value that a share of all values does not exceed.
public struct Quantile: Sendable, Hashable, Codable {
    /// 0 to 1.
    public var share: Double
    /// The smallest value such that at least that share of the values is not above it (`inverted_cdf` of NumPy).
    public var value: ProfileValue

    /// The shares that profiles have.
    public static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
}

/// How many values lie in a range.
public struct HistogramBin: Sendable, Hashable, Codable {
    /// Inclusive.
    public var lower: Double
    /// Exclusive, except in the last bin.
    public var upper: Double
    /// Rows, about as many if the quantiles are not exact.
    public var count: Int
}

/// What is specific to numbers.
public struct NumberProfile: Sendable, Hashable, Codable {
    /// Of the finite values; nil without any.
    public var mean: Double?
    /// Of a sample, with `n - 1`, of the finite values; nil for fewer than two.
    public var standardDeviation: Double?
    /// Rows that are 0.
    public var zeros: Int
    /// Rows below 0, negative infinity among them.
    public var negatives: Int
    /// Rows that are not a number; they are missing.
    public var nan: Int
    /// Rows that are infinite. They have a value, but ``ColumnProfile/distinct``, the range and the quantiles are those of finite
    /// values.
    public var infinities: Int
    /// Whether all finite values are whole numbers; false without any.
    public var areWhole: Bool
}

/// What is specific to text and binary.
public struct TextProfile: Sendable, Hashable, Codable {
    /// Bytes of the shortest value; nil without values.
    public var shortest: Int?
    /// Bytes of the longest value; nil without values.
    public var longest: Int?
    /// Rows whose bytes are not valid UTF-8.
    public var malformed: Int
    /// Share of values that are integers with an optional sign, however long.
    public var integers: Double
    /// Share of values that are decimal numbers with a point, also with groups of thousands or an exponent.
    public var decimalsWithPoint: Double
    /// Share of values that are decimal numbers with a comma, also with groups of thousands.
    public var decimalsWithComma: Double
    /// Share of values of eight or more hexadecimal digits, also after `0x` and in the form of a UUID. Long integers count here,
    /// too.
    public var hexadecimals: Double

    /// Share of values that are numbers of any form.
    public var numberShare: Double { integers + decimalsWithPoint + decimalsWithComma }
}
