import Columnar

extension ParquetFormat {
    /// What the values of a physical type mean.
    enum LogicalType: Sendable, Hashable {
        case string
        case date
        case timestamp(TimeUnit, isUTC: Bool)
        case integer(bits: Int, isSigned: Bool)
        case decimal(scale: Int, precision: Int)
        case float16
        /// No row has a value.
        case null
        /// An annotation that does not change how values are read here (time of day, JSON as bytes, UUID, ...).
        case other(String)
    }
}

extension ParquetFormat.LogicalType {
    /// The type that an older annotation stands for (parquet-format, LogicalTypes.md, backward compatibility).
    init?(_ converted: ParquetFormat.ConvertedType, scale: Int32, precision: Int32) {
        switch converted {
        case .utf8, .enumeration, .json: self = .string
        case .decimal: self = .decimal(scale: Int(scale), precision: Int(precision))
        case .date: self = .date
        case .timestampMilliseconds: self = .timestamp(.milliseconds, isUTC: true)
        case .timestampMicroseconds: self = .timestamp(.microseconds, isUTC: true)
        case .uint8: self = .integer(bits: 8, isSigned: false)
        case .uint16: self = .integer(bits: 16, isSigned: false)
        case .uint32: self = .integer(bits: 32, isSigned: false)
        case .uint64: self = .integer(bits: 64, isSigned: false)
        case .int8: self = .integer(bits: 8, isSigned: true)
        case .int16: self = .integer(bits: 16, isSigned: true)
        case .int32: self = .integer(bits: 32, isSigned: true)
        case .int64: self = .integer(bits: 64, isSigned: true)
        case .timeMilliseconds, .timeMicroseconds: self = .other("time")
        case .bson: self = .other("bson")
        case .interval: self = .other("interval")
        case .map, .mapKeyValue, .list: return nil
        }
    }

    /// Reads the union; nil for an unknown member.
    static func read(
        from reader: inout ThriftCompactReader
    ) throws(ParquetFault) -> ParquetFormat.LogicalType? {
        var result: ParquetFormat.LogicalType?
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            guard type == .structure else { return try reader.skip(type) }
            switch number {
            case 1, 4, 12: result = .string
            case 5: return result = try readDecimal(&reader)
            case 6: result = .date
            case 7: result = .other("time")
            case 8: return result = try readTimestamp(&reader)
            case 10: return result = try readInteger(&reader)
            case 11: result = .null
            case 15: result = .float16
            default: result = .other("logical type \(number)")
            }
            try reader.skip(type)
        }
        return result
    }

    private static func readDecimal(
        _ reader: inout ThriftCompactReader
    ) throws(ParquetFault) -> ParquetFormat.LogicalType {
        var scale: Int32 = 0
        var precision: Int32 = 0
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): scale = try reader.readInt32()
            case (2, .int32): precision = try reader.readInt32()
            default: try reader.skip(type)
            }
        }
        return .decimal(scale: Int(scale), precision: Int(precision))
    }

    private static func readTimestamp(
        _ reader: inout ThriftCompactReader
    ) throws(ParquetFault) -> ParquetFormat.LogicalType {
        var isUTC = false
        var unit: TimeUnit?
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .booleanTrue): isUTC = true
            case (2, .structure):
                try reader.readStruct { (reader, number, type) throws(ParquetFault) in
                    switch number {
                    case 1: unit = .milliseconds
                    case 2: unit = .microseconds
                    case 3: unit = .nanoseconds
                    default: break
                    }
                    try reader.skip(type)
                }
            default: try reader.skip(type)
            }
        }
        return unit.map { .timestamp($0, isUTC: isUTC) } ?? .other("timestamp of unknown unit")
    }

    private static func readInteger(
        _ reader: inout ThriftCompactReader
    ) throws(ParquetFault) -> ParquetFormat.LogicalType {
        var bits = 0
        var isSigned = false
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int8): bits = Int(try reader.readInt8())
            case (2, .booleanTrue): isSigned = true
            default: try reader.skip(type)
            }
        }
        return .integer(bits: bits, isSigned: isSigned)
    }

    /// Writes the union's struct; types that are only read write nothing.
    func write(to writer: inout ThriftCompactWriter) {
        switch self {
        case .string: writer.field(1, structure: { _ in })
        case .date: writer.field(6, structure: { _ in })
        case .timestamp(let unit, let isUTC):
            writer.field(8) { writer in
                writer.field(1, isUTC)
                let member =
                    switch unit {
                    case .milliseconds: 1
                    case .microseconds: 2
                    case .nanoseconds: 3
                    }
                writer.field(2) { $0.field(member, structure: { _ in }) }
            }
        case .integer, .decimal, .float16, .null, .other: break
        }
    }
}
