/// The logical type of a column.
///
/// Dates are stored as days, timestamps as ticks, both since 1970-01-01T00:00:00.
public enum DataType: Sendable, Hashable, Codable {
    case boolean
    case int32
    case int64
    case float32
    case float64
    /// UTF-8 text.
    case string
    /// Bytes without an encoding.
    case binary
    /// Days since 1970-01-01, stored as `Int32`.
    case date
    /// Ticks since 1970-01-01T00:00:00, stored as `Int64`. With `isUTC` false the value is wall-clock time without a
    /// zone (Parquet's `isAdjustedToUTC = false`).
    case timestamp(unit: TimeUnit, isUTC: Bool)

    /// The memory layout of values of this type.
    public var physicalType: PhysicalType {
        switch self {
        case .boolean: .boolean
        case .int32, .date: .int32
        case .int64, .timestamp: .int64
        case .float32: .float32
        case .float64: .float64
        case .string, .binary: .bytes
        }
    }

    /// Whether values are numbers that can be a feature.
    public var isNumeric: Bool {
        switch self {
        case .int32, .int64, .float32, .float64: true
        case .boolean, .string, .binary, .date, .timestamp: false
        }
    }
}

/// The resolution of a timestamp.
public enum TimeUnit: String, Sendable, Hashable, Codable, CaseIterable {
    case milliseconds
    case microseconds
    case nanoseconds

    /// Ticks per second.
    public var ticksPerSecond: Int64 {
        switch self {
        case .milliseconds: 1_000
        case .microseconds: 1_000_000
        case .nanoseconds: 1_000_000_000
        }
    }
}

/// The memory layout of a column's values.
public enum PhysicalType: String, Sendable, Hashable, Codable {
    case boolean
    case int32
    case int64
    case float32
    case float64
    case bytes
}

extension DataType: CustomStringConvertible {
    /// What it is, for people.
    public var description: String {
        switch self {
        case .boolean: "boolean"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp(let unit, let isUTC): "timestamp(\(unit.rawValue)\(isUTC ? ", UTC" : ""))"
        }
    }
}
