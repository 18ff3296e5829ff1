import Columnar

extension ParquetFormat.SchemaElement {
    /// How a column is declared. The older annotations are written besides the newer ones if they mean the same.
    init(_ field: Field) {
        self.init(name: field.name)
        type = ParquetFormat.PhysicalType(field.type).rawValue
        repetition = (field.isNullable ? ParquetFormat.Repetition.optional : .required).rawValue
        switch field.type {
        case .boolean, .int32, .int64, .float32, .float64, .binary: break
        case .string:
            logicalType = .string
            convertedType = ParquetFormat.ConvertedType.utf8.rawValue
        case .date:
            logicalType = .date
            convertedType = ParquetFormat.ConvertedType.date.rawValue
        case .timestamp(let unit, let isUTC):
            logicalType = .timestamp(unit, isUTC: isUTC)
            switch (unit, isUTC) {
            case (.milliseconds, true): convertedType = ParquetFormat.ConvertedType.timestampMilliseconds.rawValue
            case (.microseconds, true): convertedType = ParquetFormat.ConvertedType.timestampMicroseconds.rawValue
            default: break
            }
        }
    }
}

extension ParquetFormat.PhysicalType {
    /// How values of a column type are stored.
    init(_ type: DataType) {
        switch type.physicalType {
        case .boolean: self = .boolean
        case .int32: self = .int32
        case .int64: self = .int64
        case .float32: self = .float
        case .float64: self = .double
        case .bytes: self = .byteArray
        }
    }
}
