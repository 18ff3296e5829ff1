package import Features
package import Columnar

/// Reads the times of a table's column by its type in a schema, whatever it is stored as.
package struct TimeColumnReader: Sendable {
    private let reader: ColumnReader

    /// - Parameter type: A timestamp or relative time; of other types no value is a time.
    package init(_ type: SchemaColumnType) { reader = ColumnReader(SchemaColumn("", type), missingMarkers: []) }

    /// Microseconds since 1970, or since the same time as the origin, as ``ColumnReader`` reads them; nil for a row without a
    /// time that can be read.
    package func microseconds(_ column: Column) -> [Int64?] {
        let times = reader.read(column).column
        guard case .timestamp = times.type, case .int64(let values) = times.storage else {
            return [Int64?](repeating: nil, count: column.count)
        }
        return (0..<column.count).map { times.isNull($0) ? nil : values[$0] }
    }
}
