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
            switch text(begin, end, isUTF8: cells.isUTF8) {
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
        var last = LastCell<Int64>()
        return ColumnReader.collect(cells.count, zero: 0) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            if let value = usualInteger(begin, end, readable: cells.base) { return .value(convert(value)) }
            return last.outcome(begin, end) { integer(begin, end, readable: cells.base) }.map(convert)
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
        var last = LastCell<Int64>()
        return ColumnReader.collect(cells.count, zero: 0) { row in
            guard cells.hasText(row) else { return .missing }
            let (begin, end) = cells.bounds(row)
            return last.outcome(begin, end) { time(begin, end, readable: cells.base) }
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

    /// Reads texts as numbers of entries of a dictionary.
    /// - Parameter coder: of at most 65,536 texts.
    /// - Returns: nil if the dictionary is full; then ``read(_:)`` reads them.
    package func read(_ cells: TextCells, coder: inout TextCoder) -> CodedColumn? {
        guard !coder.isFull else { return nil }
        var marks = RowMarks(count: cells.count)
        var isComplete = true
        let codes = [UInt16](unsafeUninitializedCapacity: cells.count) { codes, count in
            for row in 0..<cells.count {
                let (begin, end) = cells.bounds(row)
                guard begin < end, cells.hasText(row) else {
                    marks.setMissing(row)
                    codes.initializeElement(at: row, to: 0)
                    continue
                }
                guard
                    let code = coder.code(begin, end, readable: cells.base, outcome: { text($0, $1, isUTF8: false) })
                else {
                    isComplete = false
                    codes[row...].initialize(repeating: 0)
                    break
                }
                codes.initializeElement(at: row, to: UInt16(truncatingIfNeeded: code))
                switch coder.outcome(of: code) {
                case .value: break
                case .missing: marks.setMissing(row)
                case .invalid: marks.setInvalid(row)
                }
            }
            count = cells.count
        }
        guard isComplete else { return nil }
        return CodedColumn(codes: codes, validity: marks.validity, invalid: marks.invalid)
    }

    /// Copies the texts, of invalid ones nothing.
    private func texts(_ cells: TextCells) -> ReadColumn {
        var marks = RowMarks(count: cells.count)
        var offsets: [Int32] = []
        let capacity = cells.byteCount
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { target, size in
            let start = UnsafeMutableRawPointer(target.baseAddress)
            let readable = cells.end
            offsets = [Int32](unsafeUninitializedCapacity: cells.count + 1) { offsets, count in
                offsets.initializeElement(at: 0, to: 0)
                for row in 0..<cells.count {
                    let (begin, end) = cells.bounds(row)
                    switch cells.hasText(row) ? text(begin, end, isUTF8: cells.isUTF8) : .missing {
                    case .value:
                        let length = end - begin
                        if length <= 32, readable - begin >= 32, capacity - size >= 32 {
                            // Two instructions; what is after the text is overwritten by the next.
                            start?.storeBytes(
                                of: UnsafeRawPointer(begin).loadUnaligned(as: SIMD32<UInt8>.self), toByteOffset: size,
                                as: SIMD32<UInt8>.self)
                        } else {
                            start?.advanced(by: size).copyMemory(from: begin, byteCount: length)
                        }
                        size += length
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

/// Remembers what the last text meant: many columns repeat one over and over.
private struct LastCell<Value> {
    private var text: (begin: UnsafePointer<UInt8>, count: Int)?
    private var outcome = CellOutcome<Value>.missing

    init() {}

    /// - Parameter body: what a text means; called for texts other than the last one.
    @inline(__always)
    mutating func outcome(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ body: () -> CellOutcome<Value>
    ) -> CellOutcome<Value> {
        let count = end - begin
        if let text, text.count == count, LastCell.areEqual(text.begin, begin, count) { return outcome }
        outcome = body()
        text = (begin, count)
        return outcome
    }

    /// From the end, where times and numbers that follow one another differ.
    @inline(__always)
    private static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var rest = count
        while rest >= 8 {
            rest -= 8
            let word = UnsafeRawPointer(left + rest).loadUnaligned(as: UInt64.self)
            if word != UnsafeRawPointer(right + rest).loadUnaligned(as: UInt64.self) { return false }
        }
        for index in 0..<rest where left[index] != right[index] { return false }
        return true
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
