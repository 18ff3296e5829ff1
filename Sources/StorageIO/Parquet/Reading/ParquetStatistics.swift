import Columnar

/// A value of a column's statistics.
public enum ParquetStatisticValue: Sendable, Hashable {
    /// Of boolean columns.
    case boolean(Bool)
    /// Of integers, dates (days) and timestamps (ticks).
    case int64(Int64)
    /// Of floating-point columns.
    case float64(Double)
    /// Of text and binary columns; the writer may have shortened it.
    case bytes([UInt8])
}

/// A file's statistics of a column in one row group. What is missing or unreliable is nil.
public struct ParquetColumnStatistics: Sendable, Hashable {
    /// No value is smaller; NaN is ignored.
    public let minimum: ParquetStatisticValue?
    /// No value is larger; NaN is ignored.
    public let maximum: ParquetStatisticValue?
    /// Rows without a value.
    public let nullCount: Int64?

    init(_ statistics: ParquetFormat.Statistics?, column: ParquetColumn, hasColumnOrder: Bool) {
        nullCount = statistics?.nullCount.flatMap { $0 >= 0 ? $0 : nil }
        // All writers compared signed numbers correctly for the older pair, but some compared bytes as signed.
        let isNumber = column.physicalType != .byteArray && column.physicalType != .fixedLengthByteArray
        let useLegacy =
            isNumber && column.conversion == .none && statistics?.minimum == nil && statistics?.maximum == nil
        let low = useLegacy ? statistics?.legacyMinimum : hasColumnOrder ? statistics?.minimum : nil
        let high = useLegacy ? statistics?.legacyMaximum : hasColumnOrder ? statistics?.maximum : nil
        let minimum = low.flatMap { Self.value($0, column) }
        let maximum = high.flatMap { Self.value($0, column) }
        // A zero may stand for the zero of the other sign (parquet.thrift, ColumnOrder).
        self.minimum = minimum == .float64(0) ? .float64(-0.0) : minimum
        self.maximum = maximum == .float64(0) ? .float64(0.0) : maximum
    }

    private static func value(_ bytes: [UInt8], _ column: ParquetColumn) -> ParquetStatisticValue? {
        switch (column.physicalType, column.conversion) {
        case (.boolean, _) where bytes.count == 1: return .boolean(bytes[0] != 0)
        case (.int32, .none) where bytes.count == 4:
            return .int64(Int64(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }))
        case (.int32, .narrow(let bits, let isSigned)) where bytes.count == 4:
            let value = Int64(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
            let range: Range<Int64> = isSigned ? -(1 << (bits - 1))..<(1 << (bits - 1)) : 0..<(1 << bits)
            return range.contains(value) ? .int64(value) : nil
        case (.int32, .unsigned32) where bytes.count == 4:
            return .int64(Int64(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }))
        case (.int64, .none) where bytes.count == 8:
            return .int64(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
        case (.int64, .unsigned64) where bytes.count == 8:
            return Int64(exactly: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }).map { .int64($0) }
        case (.float, _) where bytes.count == 4:
            let value = bytes.withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
            return value.isNaN ? nil : .float64(Double(value))
        case (.double, _) where bytes.count == 8:
            let value = bytes.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
            return value.isNaN ? nil : .float64(value)
        case (.byteArray, .none), (.fixedLengthByteArray, .none): return .bytes(bytes)
        default: return nil
        }
    }
}

/// Rows that are stored together.
public struct ParquetRowGroup: Sendable {
    /// How many rows.
    public let rowCount: Int
    /// Bytes in the file, compressed, of all columns.
    public let byteCount: Int64
    /// The statistics of each readable column, by name.
    public let statistics: [String: ParquetColumnStatistics]
}
