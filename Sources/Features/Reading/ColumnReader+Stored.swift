package import Columnar

extension ColumnReader {
    /// Whether a stored type can hold values of the column at all.
    package func canRead(_ stored: DataType) -> Bool {
        switch (stored, type) {
        case (.string, _), (.binary, _), (_, .string): true
        case (.date, .timestamp), (.timestamp, .timestamp): true
        case (.date, _), (.timestamp, _), (.boolean, .timestamp): false
        case (.boolean, _), (.int32, _), (.int64, _), (.float32, _), (.float64, _): true
        }
    }

    /// Reads stored values of any type that ``canRead(_:)`` accepts; values of other types are invalid.
    package func read(_ stored: Column) -> ReadColumn {
        if case .bytes(let texts) = stored.storage {
            return TextCells.with(texts, validity: stored.validity) { cells in
                // Text is not copied.
                type == .string ? ReadColumn(texts, marks(cells)) : read(cells)
            }
        }
        switch type {
        case .string: return readAsText(stored)
        case .boolean: return booleans(stored)
        case .int32:
            return integers(stored, zero: 0) {
                Int32(truncatingIfNeeded: $0)
            } makeColumn: {
                .int32($0, validity: $1)
            }
        case .int64:
            if stored.type == .int64, !judgesNumbers, acceptsAllIntegers { return ReadColumn(stored) }
            return integers(stored, zero: 0) {
                $0
            } makeColumn: {
                .int64($0, validity: $1)
            }
        case .timestamp(let unit, let isUTC): return times(stored, unit, isUTC)
        case .float32, .float64, .date, .binary: return numbers(stored)
        }
    }

    /// Values of other types as text.
    private func readAsText(_ stored: Column) -> ReadColumn {
        var texts: [UInt8] = []
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(stored.count + 1)
        for row in 0..<stored.count {
            // NaN is missing in every type.
            if !stored.isNaN(row) { stored.appendText(ofRow: row, to: &texts) }
            offsets.append(Int32(texts.count))
        }
        let values = ByteArrays(offsets: offsets, bytes: texts)
        return TextCells.with(values, validity: stored.validity) { ReadColumn(values, marks($0)) }
    }

    private func integers<Value: FixedWidthInteger>(
        _ stored: Column, zero: Value, _ convert: (Int64) -> Value, makeColumn: ([Value], Bitmap?) -> Column
    ) -> ReadColumn {
        switch (stored.type, stored.storage) {
        case (.boolean, .boolean(let bits)):
            collect(stored, zero: zero, { judged(bits[$0] ? 1 : 0).map(convert) }, makeColumn)
        case (.int32, .int32(let values)):
            collect(stored, zero: zero, { judged(Int64(values[$0])).map(convert) }, makeColumn)
        case (.int64, .int64(let values)):
            collect(stored, zero: zero, { judged(values[$0]).map(convert) }, makeColumn)
        case (_, .float32(let values)):
            collect(stored, zero: zero, { whole(values[$0], judged).map(convert) }, makeColumn)
        case (_, .float64(let values)):
            collect(stored, zero: zero, { whole(values[$0], judged).map(convert) }, makeColumn)
        default: collect(stored, zero: zero, { _ in .invalid }, makeColumn)
        }
    }

    private func numbers(_ stored: Column) -> ReadColumn {
        func column(_ values: [Double], _ validity: Bitmap?) -> Column { .float64(values, validity: validity) }
        return switch (stored.type, stored.storage) {
        case (.boolean, .boolean(let bits)): collect(stored, zero: 0, { judged(bits[$0] ? 1.0 : 0) }, column)
        case (.int32, .int32(let values)): collect(stored, zero: 0, { judged(Double(values[$0])) }, column)
        case (.int64, .int64(let values)): collect(stored, zero: 0, { judged(Double(values[$0])) }, column)
        case (_, .float32(let values)): collect(stored, zero: 0, { judged(Double(values[$0])) }, column)
        case (_, .float64(let values)): collect(stored, zero: 0, { judged(values[$0]) }, column)
        default: collect(stored, zero: 0, { _ in .invalid }, column)
        }
    }

    private func times(_ stored: Column, _ unit: TimeUnit, _ isUTC: Bool) -> ReadColumn {
        func column(_ values: [Int64], _ validity: Bitmap?) -> Column {
            .timestamp(values, unit: unit, isUTC: isUTC, validity: validity)
        }
        return switch (stored.type, stored.storage) {
        case (.timestamp(let unit, let isUTC), .int64(let values)):
            collect(stored, zero: 0, { time(ticks: values[$0], unit: unit, isUTC: isUTC) }, column)
        case (.date, .int32(let days)):
            collect(
                stored, zero: 0,
                { row in
                    let midnight = Int64(days[row]) * CivilDateTime.microsecondsPerDay
                    return time(ticks: midnight, unit: .microseconds, isUTC: false)
                }, column)
        case (.int32, .int32(let values)): collect(stored, zero: 0, { time(Int64(values[$0])) }, column)
        case (.int64, .int64(let values)): collect(stored, zero: 0, { time(values[$0]) }, column)
        case (_, .float32(let values)): collect(stored, zero: 0, { time(Double(values[$0])) }, column)
        case (_, .float64(let values)): collect(stored, zero: 0, { time(values[$0]) }, column)
        default: collect(stored, zero: 0, { _ in .invalid }, column)
        }
    }

    private func booleans(_ stored: Column) -> ReadColumn {
        func column(_ values: [Bool], _ validity: Bitmap?) -> Column { .boolean(values, validity: validity) }
        return switch (stored.type, stored.storage) {
        case (.boolean, _): ReadColumn(stored)
        case (.int32, .int32(let values)): collect(stored, zero: false, { boolean(Int64(values[$0])) }, column)
        case (.int64, .int64(let values)): collect(stored, zero: false, { boolean(values[$0]) }, column)
        case (_, .float32(let values)): collect(stored, zero: false, { whole(values[$0], boolean) }, column)
        case (_, .float64(let values)): collect(stored, zero: false, { whole(values[$0], boolean) }, column)
        default: collect(stored, zero: false, { _ in .invalid }, column)
        }
    }

    /// The outcome of an integer that is stored as a floating-point number.
    @inline(__always)
    private func whole<Number: BinaryFloatingPoint, Value>(
        _ number: Number, _ outcome: (Int64) -> CellOutcome<Value>
    ) -> CellOutcome<Value> {
        if number.isNaN { return .missing }
        return WholeNumber.int64(number).map(outcome) ?? .invalid
    }

    @inline(__always)
    private func collect<Value>(
        _ stored: Column, zero: Value, _ outcome: (Int) -> CellOutcome<Value>,
        _ makeColumn: ([Value], Bitmap?) -> Column
    ) -> ReadColumn {
        guard let validity = stored.validity else {
            return ColumnReader.collect(stored.count, zero: zero, outcome, makeColumn: makeColumn)
        }
        return ColumnReader.collect(
            stored.count, zero: zero, { validity[$0] ? outcome($0) : .missing }, makeColumn: makeColumn)
    }
}

extension ReadColumn {
    /// A column in which everything that is there is valid.
    init(_ column: Column) { self.init(column: column, invalid: nil) }
}

extension Column {
    /// Whether a row holds a floating-point number that is not a number.
    fileprivate func isNaN(_ row: Int) -> Bool {
        switch storage {
        case .float32(let values): values[row].isNaN
        case .float64(let values): values[row].isNaN
        case .boolean, .int32, .int64, .bytes: false
        }
    }
}
