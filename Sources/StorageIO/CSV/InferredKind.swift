import Columnar

/// The narrowest type that holds the values of a column seen so far.
enum InferredKind: Sendable {
    case none, int64, float64, boolean, date, timestamp, string

    /// The kind that holds the values of both.
    func joined(_ other: InferredKind) -> InferredKind {
        if self == other || other == .none { return self }
        if self == .none { return other }
        return (self == .int64 && other == .float64) || (self == .float64 && other == .int64) ? .float64 : .string
    }

    /// Text for a column without any value.
    var type: DataType {
        switch self {
        case .int64: .int64
        case .float64: .float64
        case .boolean: .boolean
        case .date: .date
        case .timestamp: .timestamp(unit: .microseconds, isUTC: false)
        case .none, .string: .string
        }
    }
}
