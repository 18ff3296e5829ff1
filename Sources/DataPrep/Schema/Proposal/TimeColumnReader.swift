package import Features
package import Columnar

/// Reads the times of a table's column by its type in a schema, whatever it is stored as.
package struct TimeColumnReader: Sendable {
    private let type: SchemaColumnType

    package init(_ type: SchemaColumnType) { self.type = type }

    /// Microseconds since 1970, or since the same time as the origin; nil for a row without a time that can be read.
    package func microseconds(_ column: Column) -> [Int64?] {
        let read: (Int) -> Int64?
        switch column.storage {
        case .bytes(let values):
            read = { row in values[row].withUnsafeBytes { microseconds($0.bindMemory(to: UInt8.self)) } }
        case .int64(let values): read = integerReader(column.type) { values[$0] }
        case .int32(let values): read = integerReader(column.type) { Int64(values[$0]) }
        case .float64(let values): read = { microseconds(values[$0]) }
        case .float32(let values): read = { microseconds(Double(values[$0])) }
        case .boolean: read = { _ in nil }
        }
        return (0..<column.count).map { column.isNull($0) ? nil : read($0) }
    }

    /// Integers are times already in columns of dates and timestamps.
    private func integerReader(_ stored: DataType, _ value: @escaping (Int) -> Int64) -> (Int) -> Int64? {
        switch ValueCoding(stored) {
        case .date?, .timestamp?:
            let coding = ValueCoding(stored) ?? .integer
            return { coding.microseconds(value($0)) }
        default: return { microseconds(value($0)) }
        }
    }

    private func microseconds(_ value: Int64) -> Int64? {
        switch type {
        case .relativeTime(let unit, let origin):
            let (product, overflows) = value.multipliedReportingOverflow(by: unit.microseconds)
            let (sum, overflowsToo) = product.addingReportingOverflow(origin.microsecondsSince1970)
            return overflows || overflowsToo ? nil : sum
        case .timestamp(let format, _): return format.microseconds(parsing: "\(value)")
        case .integer, .float, .text, .category, .boolean: return nil
        }
    }

    private func microseconds(_ value: Double) -> Int64? {
        // Whole numbers are exact.
        if let whole = Int64(exactly: value) { return microseconds(whole) }
        if case .timestamp(let format, _) = type { return format.microseconds(parsing: "\(value)") }
        guard case .relativeTime(let unit, let origin) = type else { return nil }
        guard let ticks = Int64(exactly: (value * Double(unit.microseconds)).rounded()) else { return nil }
        let (sum, overflows) = ticks.addingReportingOverflow(origin.microsecondsSince1970)
        return overflows ? nil : sum
    }

    private func microseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        switch type {
        case .timestamp(let format, _): return format.microseconds(parsing: text)
        case .relativeTime: return Double(String(decoding: text, as: UTF8.self)).flatMap { microseconds($0) }
        case .integer, .float, .text, .category, .boolean: return nil
        }
    }
}
