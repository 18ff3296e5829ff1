import Columnar

/// Collects the values of one column.
struct CSVColumnBuilder {
    private let target: CSVBlockParser.Target
    private let parser: CSVBlockParser
    private var values: ColumnStorage
    private var validity: [Bool] = []
    private var booleans: [Bool] = []
    private var hasNull = false

    init(_ target: CSVBlockParser.Target, parser: CSVBlockParser) {
        self.target = target
        self.parser = parser
        values = ColumnStorage(empty: target.type.physicalType)
    }

    mutating func append(_ rows: borrowing CSVRows) throws(CSVError) {
        validity.reserveCapacity(validity.count + rows.count)
        switch (target.type, values) {
        case (.boolean, _):
            var flags = booleans
            booleans = []
            try append(rows, to: &flags, null: false) { TextValue.boolean($0, $1) }
            booleans = flags
        case (.date, .int32(var days)):
            values = .int32([])
            try append(rows, to: &days, null: 0) { TextValue.date($0, $1) }
            values = .int32(days)
        case (_, .int32(var numbers)):
            values = .int32([])
            try append(rows, to: &numbers, null: 0) { TextValue.int32($0, $1) }
            values = .int32(numbers)
        case (.timestamp(let unit, _), .int64(var ticks)):
            values = .int64([])
            try append(rows, to: &ticks, null: 0) { begin, end in
                TextValue.microseconds(begin, end).flatMap { unit.ticks(microseconds: $0) }
            }
            values = .int64(ticks)
        case (_, .int64(var numbers)):
            values = .int64([])
            try append(rows, to: &numbers, null: 0) { TextValue.int64($0, $1) }
            values = .int64(numbers)
        case (_, .float32(var numbers)):
            values = .float32([])
            try append(rows, to: &numbers, null: 0) { TextValue.float64($0, $1).map { Float($0) } }
            values = .float32(numbers)
        case (_, .float64(var numbers)):
            values = .float64([])
            try append(rows, to: &numbers, null: 0) { TextValue.float64($0, $1) }
            values = .float64(numbers)
        case (_, .bytes(var texts)):
            values = .bytes(ByteArrays())
            try append(rows, to: &texts)
            values = .bytes(texts)
        case (_, .boolean):
            preconditionFailure("booleans are collected separately")
        }
    }

    func finish() throws(ColumnarError) -> Column {
        let storage = target.type == .boolean ? .boolean(Bitmap(booleans)) : values
        return try Column(type: target.type, storage: storage, validity: hasNull ? Bitmap(validity) : nil)
    }

    @inline(__always)
    private mutating func append<Value>(
        _ rows: borrowing CSVRows, to list: inout [Value], null: Value,
        _ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Value?
    ) throws(CSVError) {
        list.reserveCapacity(list.count + rows.count)
        for row in 0..<rows.count {
            let (begin, end) = rows.field(row, target.field)
            if begin < end, let value = parse(begin, end) {
                list.append(value)
                validity.append(true)
            } else if parser.nulls.stands(begin, end) {
                list.append(null)
                validity.append(false)
                hasNull = true
            } else if let content = try unquoted(rows, row), let value = parsed(content, parse) {
                list.append(value ?? null)
                validity.append(value != nil)
                hasNull = hasNull || value == nil
            } else {
                throw invalid(rows, row)
            }
        }
    }

    /// Text: taken as it is, or without its quotes.
    private mutating func append(_ rows: borrowing CSVRows, to list: inout ByteArrays) throws(CSVError) {
        for row in 0..<rows.count {
            let (begin, end) = rows.field(row, target.field)
            var isPresent = true
            if begin < end, begin[0] == parser.layout.quote {
                guard let content = try unquoted(rows, row) else { throw invalid(rows, row) }
                list.append(content.dropFirst(TextBlock.padding))
            } else {
                isPresent = !parser.nulls.isToken(begin, end)
                list.append(UnsafeBufferPointer(start: begin, count: isPresent ? end - begin : 0))
            }
            validity.append(isPresent)
            if !isPresent { hasNull = true }
        }
    }

    private func unquoted(_ rows: borrowing CSVRows, _ row: Int) throws(CSVError) -> [UInt8]? {
        let (begin, end) = rows.field(row, target.field)
        guard begin < end, begin[0] == parser.layout.quote else { return nil }
        if let content = TextValue.unquoted(begin, end, quote: parser.layout.quote) { return content }
        throw .textAfterQuote(
            file: parser.file, line: line(rows, row), column: target.name, value: CSVColumnBuilder.sample(begin, end))
    }

    /// The value of a quoted field's content, `.some(nil)` if it is missing; nil if it is not a valid value.
    private func parsed<Value>(
        _ content: [UInt8], _ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Value?
    ) -> Value?? {
        content.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let (begin, end) = (base + TextBlock.padding, base + buffer.count)
            if begin < end, let value = parse(begin, end) { return .some(value) }
            return parser.nulls.standsQuoted(begin, end) ? .some(nil) : nil
        }
    }

    private func invalid(_ rows: borrowing CSVRows, _ row: Int) -> CSVError {
        let (begin, end) = rows.field(row, target.field)
        return .invalidValue(
            file: parser.file, line: line(rows, row), column: target.name, value: CSVColumnBuilder.sample(begin, end),
            expected: target.type)
    }

    private func line(_ rows: borrowing CSVRows, _ row: Int) -> Int {
        rows.firstLine + rows.lineNumber(at: rows.base.distance(to: rows.field(row, 0).begin))
    }

    /// A value as messages show it, shortened.
    private static func sample(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> String {
        TextValue.string(begin, min(end, begin + 100))
    }
}
