import Columnar

/// Takes columns out of a batch in the types of ``TransactionSchema``.
struct TransactionColumnReader {
    let batch: RecordBatch

    func int64(_ column: TransactionColumn) throws(TransactionError) -> [Int64] {
        let found = try required(column)
        switch (found.type, found.storage) {
        case (.int64, .int64(let values)): return values
        case (.int32, .int32(let values)): return values.map(Int64.init)
        default: throw .wrongType(column: column.name, expected: "int64", actual: found.type)
        }
    }

    func int32(_ column: TransactionColumn) throws(TransactionError) -> [Int32] {
        try int32(column, of: try required(column))
    }

    func float64(_ column: TransactionColumn) throws(TransactionError) -> [Double] {
        let found = try required(column)
        switch (found.type, found.storage) {
        case (.float64, .float64(let values)): return values
        case (.float32, .float32(let values)): return values.map(Double.init)
        case (.int64, .int64(let values)): return values.map(Double.init)
        case (.int32, .int32(let values)): return values.map(Double.init)
        default: throw .wrongType(column: column.name, expected: "float64", actual: found.type)
        }
    }

    func microseconds(_ column: TransactionColumn) throws(TransactionError) -> [Int64] {
        let found = try required(column)
        guard case .timestamp(let unit, _) = found.type, case .int64(let ticks) = found.storage else {
            throw .wrongType(column: column.name, expected: column.type.description, actual: found.type)
        }
        switch unit {
        case .microseconds: return ticks
        case .nanoseconds: return ticks.map { CivilDateTime.floorDivide($0, 1000) }
        case .milliseconds:
            var result: [Int64] = []
            result.reserveCapacity(ticks.count)
            for (row, tick) in ticks.enumerated() {
                let (product, overflow) = tick.multipliedReportingOverflow(by: 1000)
                guard !overflow else {
                    throw .invalidValue(
                        column: column.name, row: row, value: "\(tick) ms", expected: "a time that fits microseconds")
                }
                result.append(product)
            }
            return result
        }
    }

    /// A column that may be absent and may hold nulls; null rows read as 0.
    func label(_ column: TransactionColumn) throws(TransactionError) -> (values: [Int32], validity: Bitmap?)? {
        guard let index = TransactionSchema.index(of: column, in: batch.schema) else { return nil }
        let found = batch.columns[index]
        var values: [Int32]
        if case .boolean(let bits) = found.storage {
            values = (0..<bits.count).map { bits[$0] ? 1 : 0 }
        } else {
            values = try int32(column, of: found)
        }
        if let validity = found.validity {
            for row in values.indices where !validity[row] { values[row] = 0 }
        }
        return (values, found.validity)
    }

    private func int32(_ column: TransactionColumn, of found: Column) throws(TransactionError) -> [Int32] {
        switch (found.type, found.storage) {
        case (.int32, .int32(let values)): return values
        case (.int64, .int64(let values)):
            if let row = values.indices.first(where: { Int32(exactly: values[$0]) == nil && !found.isNull($0) }) {
                throw .invalidValue(column: column.name, row: row, value: "\(values[row])", expected: "an int32")
            }
            return values.map { Int32(truncatingIfNeeded: $0) }
        default: throw .wrongType(column: column.name, expected: "int32", actual: found.type)
        }
    }

    private func required(_ column: TransactionColumn) throws(TransactionError) -> Column {
        guard let index = TransactionSchema.index(of: column, in: batch.schema) else {
            throw .missingColumn(name: column.name, available: batch.schema.names)
        }
        let found = batch.columns[index]
        if let validity = found.validity, let row = (0..<found.count).first(where: { !validity[$0] }) {
            throw .missingValue(column: column.name, row: row)
        }
        return found
    }
}
