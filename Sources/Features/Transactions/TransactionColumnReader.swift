import Columnar

/// Reads columns of a batch in the types of ``TransactionColumn/tableSchema``.
struct TransactionColumnReader {
    let batch: RecordBatch

    func int64(_ column: TransactionColumn) throws(TransactionError) -> [Int64] {
        let found = try required(column)
        return try int64(column, of: found)
    }

    /// Whole numbers of any type; null rows hold whatever is stored there.
    private func int64(_ column: TransactionColumn, of found: Column) throws(TransactionError) -> [Int64] {
        switch (found.type, found.storage) {
        case (.int64, .int64(let values)): return values
        case (.int32, .int32(let values)): return values.map(Int64.init)
        case (.float32, .float32(let values)): return try whole(column, values, of: found)
        case (.float64, .float64(let values)): return try whole(column, values, of: found)
        default: throw .wrongType(column: column.name, expected: "int64", actual: found.type)
        }
    }

    private func whole<Value: BinaryFloatingPoint>(
        _ column: TransactionColumn, _ values: [Value], of found: Column
    ) throws(TransactionError) -> [Int64] {
        var result = [Int64](repeating: 0, count: values.count)
        for (row, value) in values.enumerated() where !found.isNull(row) {
            guard let number = WholeNumber.int64(value) else {
                throw .invalidValue(
                    column: column.name, row: row, value: "\(value)",
                    expected: "a whole number below \(Int64(WholeNumber.limit(of: Value.self))), as it is "
                        + found.type.description)
            }
            result[row] = number
        }
        return result
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
        if case .date = found.type, case .int32(let days) = found.storage {
            return days.map { Int64($0) * CivilDateTime.microsecondsPerDay }
        }
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

    /// A column that may be absent and may contain nulls; null rows read as 0. NaN is null, too, as in pandas.
    func label(_ column: TransactionColumn) throws(TransactionError) -> (values: [Int32], validity: Bitmap?)? {
        guard let index = TransactionColumn.index(of: column, in: batch.schema) else { return nil }
        let found = batch.columns[index].withoutNaN
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
        if case .int32(let values) = found.storage, found.type == .int32 { return values }
        let values = try int64(column, of: found)
        if let row = values.indices.first(where: { Int32(exactly: values[$0]) == nil && !found.isNull($0) }) {
            throw .invalidValue(column: column.name, row: row, value: "\(values[row])", expected: "an int32")
        }
        return values.map { Int32(truncatingIfNeeded: $0) }
    }

    private func required(_ column: TransactionColumn) throws(TransactionError) -> Column {
        guard let index = TransactionColumn.index(of: column, in: batch.schema) else {
            throw .missingColumn(name: column.name, available: batch.schema.names)
        }
        let found = batch.columns[index]
        if let validity = found.validity, let row = (0..<found.count).first(where: { !validity[$0] }) {
            throw .missingValue(column: column.name, row: row)
        }
        return found
    }
}

extension Column {
    /// The column with null for NaN.
    fileprivate var withoutNaN: Column {
        let isNumber: (Int) -> Bool
        switch storage {
        case .float32(let values) where values.contains(where: \.isNaN): isNumber = { !values[$0].isNaN }
        case .float64(let values) where values.contains(where: \.isNaN): isNumber = { !values[$0].isNaN }
        default: return self
        }
        let known = Bitmap((0..<count).lazy.map { !isNull($0) && isNumber($0) })
        return (try? Column(type: type, storage: storage, validity: known)) ?? self
    }
}
