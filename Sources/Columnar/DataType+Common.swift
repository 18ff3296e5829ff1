extension DataType {
    /// The type that can hold the values of two types, such as those of one column in two files; nil if there is none.
    ///
    /// Numbers take the wider type and timestamps the finer unit; dates become timestamps, booleans 0 and 1, and bytes
    /// without an encoding text. If only one of two timestamps has a zone, the result has none.
    package func common(with other: DataType) -> DataType? {
        if self == other { return self }
        switch (self, other) {
        case (.timestamp(let left, let leftIsUTC), .timestamp(let right, let rightIsUTC)):
            return .timestamp(
                unit: left.ticksPerSecond > right.ticksPerSecond ? left : right, isUTC: leftIsUTC && rightIsUTC)
        case (.date, .timestamp): return other
        case (.timestamp, .date): return self
        case (.string, .binary), (.binary, .string): return .string
        default:
            guard let left = numberRank, let right = other.numberRank else { return nil }
            // A float32 does not hold every integer.
            if left != right, max(left, right) == DataType.float32.numberRank, min(left, right) > 0 { return .float64 }
            return left > right ? self : other
        }
    }

    /// Numeric types, each of which holds those before it, except that integers may be rounded.
    private var numberRank: Int? {
        switch self {
        case .boolean: 0
        case .int32: 1
        case .int64: 2
        case .float32: 3
        case .float64: 4
        case .string, .binary, .date, .timestamp: nil
        }
    }
}
