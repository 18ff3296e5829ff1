import Columnar

extension ColumnReader {
    /// Reads texts as values of the column.
    package func read(_ cells: TextCells) -> ReadColumn {
        switch type {
        case .int32:
            integers(cells) {
                Int32(truncatingIfNeeded: $0)
            } makeColumn: {
                .int32($0, validity: $1)
            }
        case .int64:
            integers(cells) {
                $0
            } makeColumn: {
                .int64($0, validity: $1)
            }
        case .float32, .float64: numbers(cells)
        case .timestamp(let unit, let isUTC): times(cells, unit, isUTC)
        case .boolean: booleans(cells)
        // Schemas have no dates and no bytes.
        case .string, .binary, .date: texts(cells)
        }
    }

    /// Which texts of a column of text are values of this one; the texts stay where they are.
    func marks(_ cells: TextCells) -> RowMarks {
        var marks = RowMarks(count: cells.count)
        for row in 0..<cells.count {
            guard cells.hasText(row) else {
                marks.setMissing(row)
                continue
            }
            let (begin, end) = cells.bounds(row)
            switch text(begin, end, isASCII: cells.isASCII) {
            case .value: break
            case .missing: marks.setMissing(row)
            case .invalid: marks.setInvalid(row)
            }
        }
        return marks
    }

    private func integers<Value: FixedWidthInteger>(
        _ cells: TextCells, _ convert: (Int64) -> Value, makeColumn: ([Value], Bitmap?) -> Column
    ) -> ReadColumn {
        ColumnReader.collect(cells.count, zero: 0) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            if let value = usualInteger(begin, end, readable: cells.base) { return .value(convert(value)) }
            return integer(begin, end, readable: cells.base).map(convert)
        } makeColumn: {
            makeColumn($0, $1)
        }
    }

    private func numbers(_ cells: TextCells) -> ReadColumn {
        ColumnReader.collect(cells.count, zero: 0) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            if let value = usualNumber(begin, end, readable: cells.base) { return .value(value) }
            return number(begin, end, readable: cells.base)
        } makeColumn: {
            .float64($0, validity: $1)
        }
    }

    private func times(_ cells: TextCells, _ unit: TimeUnit, _ isUTC: Bool) -> ReadColumn {
        ColumnReader.collect(cells.count, zero: 0) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            return time(begin, end, readable: cells.base)
        } makeColumn: {
            .timestamp($0, unit: unit, isUTC: isUTC, validity: $1)
        }
    }

    private func booleans(_ cells: TextCells) -> ReadColumn {
        ColumnReader.collect(cells.count, zero: false) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            return boolean(begin, end)
        } makeColumn: {
            .boolean($0, validity: $1)
        }
    }

    /// Copies the texts, of invalid ones nothing.
    private func texts(_ cells: TextCells) -> ReadColumn {
        var marks = RowMarks(count: cells.count)
        var offsets: [Int32] = []
        let bytes = [UInt8](unsafeUninitializedCapacity: cells.byteCount) { target, size in
            let start = UnsafeMutableRawPointer(target.baseAddress)
            offsets = [Int32](unsafeUninitializedCapacity: cells.count + 1) { offsets, count in
                offsets.initializeElement(at: 0, to: 0)
                for row in 0..<cells.count {
                    let (begin, end) = cells.bounds(row)
                    switch cells.hasText(row) ? text(begin, end, isASCII: cells.isASCII) : .missing {
                    case .value:
                        start?.advanced(by: size).copyMemory(from: begin, byteCount: end - begin)
                        size += end - begin
                    case .missing: marks.setMissing(row)
                    case .invalid: marks.setInvalid(row)
                    }
                    offsets.initializeElement(at: row + 1, to: Int32(truncatingIfNeeded: size))
                }
                count = cells.count + 1
            }
        }
        return ReadColumn(ByteArrays(offsets: offsets, bytes: bytes), marks)
    }

    /// Makes a column of what is read of each row.
    @inline(__always)
    static func collect<Value>(
        _ count: Int, zero: Value, _ outcome: (Int) -> CellOutcome<Value>, makeColumn: ([Value], Bitmap?) -> Column
    ) -> ReadColumn {
        var marks = RowMarks(count: count)
        let values = [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            for row in 0..<count {
                switch outcome(row) {
                case .value(let value): buffer.initializeElement(at: row, to: value)
                case .missing:
                    buffer.initializeElement(at: row, to: zero)
                    marks.setMissing(row)
                case .invalid:
                    buffer.initializeElement(at: row, to: zero)
                    marks.setInvalid(row)
                }
            }
            initialized = count
        }
        return ReadColumn(column: makeColumn(values, marks.validity), invalid: marks.invalid)
    }
}

extension CellOutcome {
    @inline(__always)
    func map<Other>(_ transform: (Value) -> Other) -> CellOutcome<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .missing: .missing
        case .invalid: .invalid
        }
    }
}

extension ReadColumn {
    /// A column of text, with what is known of its rows.
    init(_ texts: ByteArrays, _ marks: RowMarks) {
        self.init(column: .text(texts, validity: marks.validity), invalid: marks.invalid)
    }
}
