import Columnar
import Essentials

/// Formats rows as delimited text.
struct CSVFormatter {
    private let delimiter: UInt8
    private let nullToken: [UInt8]
    private let quote = UInt8(ascii: "\"")

    init(_ options: CSVWriteOptions) {
        delimiter = UInt8(truncatingIfNeeded: (options.delimiter ?? ",").value)
        nullToken = Array(options.nullToken.utf8)
    }

    func header(_ schema: Schema) -> [UInt8] {
        var text: [UInt8] = []
        for (index, field) in schema.fields.enumerated() {
            if index > 0 { text.append(delimiter) }
            append(text: Array(field.name.utf8)[...], to: &text)
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    func format(_ batch: RecordBatch, _ rows: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(rows.count * batch.columns.count * 10)
        for row in rows {
            for (index, column) in batch.columns.enumerated() {
                if index > 0 { text.append(delimiter) }
                if column.isNull(row) {
                    text.append(contentsOf: nullToken)
                } else {
                    append(column, row, to: &text)
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    private func append(_ column: Column, _ row: Int, to text: inout [UInt8]) {
        switch column.storage {
        case .boolean(let values):
            text.append(contentsOf: values[row] ? "true".utf8 : "false".utf8)
        case .int32(let values):
            if column.type == .date {
                let ticks = Int64(values[row]) * CivilDateTime.microsecondsPerDay
                let start = text.count
                CivilDateTime.append(microseconds: ticks, as: .plain, to: &text)
                text.removeLast(min(9, text.count - start))
            } else {
                text.append(decimal: Int64(values[row]))
            }
        case .int64(let values):
            if case .timestamp(let unit, _) = column.type {
                CivilDateTime.append(microseconds: microseconds(values[row], unit), as: .plain, to: &text)
            } else {
                text.append(decimal: values[row])
            }
        case .float32(let values): text.append(contentsOf: values[row].description.utf8)
        case .float64(let values): text.append(contentsOf: values[row].description.utf8)
        case .bytes(let values): append(text: values[row], to: &text)
        }
    }

    private func microseconds(_ ticks: Int64, _ unit: TimeUnit) -> Int64 {
        switch unit {
        case .microseconds: ticks
        case .milliseconds: ticks.multipliedReportingOverflow(by: 1000).partialValue
        case .nanoseconds: CivilDateTime.floorDivide(ticks, 1000)
        }
    }

    private func append(text value: ArraySlice<UInt8>, to text: inout [UInt8]) {
        let mustQuote =
            value.elementsEqual(nullToken) || value.isEmpty
            || value.contains { $0 == delimiter || $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard mustQuote else {
            text.append(contentsOf: value)
            return
        }
        text.append(quote)
        for byte in value {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }
}
