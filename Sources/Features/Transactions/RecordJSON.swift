import Columnar
package import JSONText

/// Transactions of any columns as JSON objects, as message queues and HTTP carry them:
///
///     let json = try RecordJSON(schema)
///     let record = try json.decode(message)
///
/// Members have the names or spellings of the schema's columns, in any order and case; others are skipped with their values;
/// of one that occurs twice the last one counts. Strings are read as the texts of CSV files are, by the schema's formats.
/// Times may also be in ISO 8601 with their offset from UTC, as ``append(_:to:)`` writes them. Numbers may be strings, integers
/// may have a fraction of zeros or an exponent, and in columns of text other values are kept as they are written.
public struct RecordJSON: Sendable {
    /// Roles of columns that a transaction must have a value of to be scored. One without a key is scored, as in tables: it has no
    /// history of that key.
    public static let scoringRoles: Set<ColumnRole.Kind> = [.id, .time, .amount]

    /// What the members are.
    public let schema: TransactionSchema
    private let columns: [Column]
    private let spellings: [(name: [UInt8], column: Int)]

    private struct Column: Sendable {
        let reader: ColumnReader
        let name: [UInt8]
        /// `"name":`.
        let key: [UInt8]
        let isRequired: Bool
        let isIgnored: Bool
    }

    /// - Parameters:
    ///   - required: Roles of columns that each object must have a value of.
    ///   - ignored: Roles of columns whose members are skipped as those of no column are; ``decode(_:)-([UInt8])`` makes them null.
    /// - Throws: ``SchemaError`` when the schema makes no sense.
    public init(
        _ schema: TransactionSchema, required: Set<ColumnRole.Kind> = RecordJSON.scoringRoles,
        ignored: Set<ColumnRole.Kind> = []
    ) throws(SchemaError) {
        try schema.validate()
        self.schema = schema
        columns = schema.columns.map { column in
            Column(
                reader: ColumnReader(column, missingMarkers: schema.missingMarkers), name: Array(column.name.utf8),
                key: JSONValue.string(column.name).bytes + [UInt8(ascii: ":")],
                isRequired: required.contains(column.role.kind), isIgnored: ignored.contains(column.role.kind))
        }
        spellings = schema.columns.enumerated().flatMap { index, column in
            ([column.name] + column.spellings).map { (Array($0.utf8), index) }
        }
    }

    /// Reads one transaction.
    /// - Throws: ``RecordJSONError`` with the position and the column.
    public func decode(_ text: UnsafeBufferPointer<UInt8>) throws(RecordJSONError) -> TransactionRecord {
        var values = [TransactionValue](repeating: .null, count: columns.count)
        do {
            var scanner = JSONScanner(text)
            try members(of: &scanner, into: &values)
        } catch let error as JSONError {
            throw RecordJSONError(.notJSON(error.problem.description), at: error.byteOffset)
        } catch let error as RecordJSONError {
            throw error
        } catch {
            preconditionFailure("there are no other errors: \(error)")
        }
        for (index, column) in columns.enumerated() where column.isRequired && values[index] == .null {
            throw RecordJSONError(
                .missing(nearest: nearestNames(to: index, in: text)), at: text.count, column: schema.columns[index].name
            )
        }
        return TransactionRecord(values)
    }

    /// Reads one transaction from an array's bytes.
    /// - Throws: ``RecordJSONError`` with the position and the column.
    public func decode(_ text: [UInt8]) throws(RecordJSONError) -> TransactionRecord {
        let result = text.withUnsafeBufferPointer { text in
            Result { () throws(RecordJSONError) in try decode(text) }
        }
        return try result.get()
    }

    /// Appends a transaction as a JSON object without white space, its members in the schema's order. Missing values, and numbers
    /// that JSON does not have, are left out. Times are in ISO 8601 and end with `Z`, also where nobody knows their zone.
    /// - Precondition: The record has as many values as the schema has columns.
    public func append(_ record: TransactionRecord, to text: inout [UInt8]) {
        precondition(record.values.count == columns.count, "a record has one value for each column")
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for (column, value) in zip(columns, record.values) where !value.hasNoJSON {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text += column.key
            value.append(to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    private func members(of scanner: inout JSONScanner, into values: inout [TransactionValue]) throws {
        try scanner.expect(UInt8(ascii: "{"), or: .expectedValue)
        if !scanner.isEmpty(closing: UInt8(ascii: "}")) {
            // Members are mostly in the schema's order.
            var expected = 0
            repeat {
                let name = try scanner.name()
                guard let index = column(name, scanner, expected: expected), !columns[index].isIgnored else {
                    try scanner.skipValue(depth: 1)
                    continue
                }
                expected = index + 1
                values[index] = try value(of: columns[index].reader, &scanner)
            } while try !scanner.ends(with: UInt8(ascii: "}"))
        }
        try scanner.expectEnd()
    }

    private func value(of reader: ColumnReader, _ scanner: inout JSONScanner) throws -> TransactionValue {
        _ = try scanner.peekValue()
        let start = scanner.position
        guard let value = try reader.value(&scanner) else {
            let text = UnsafeBufferPointer(rebasing: scanner.text[start..<scanner.position])
            throw RecordJSONError(
                .invalid(value: QuotedText.value(text), expected: reader.column.expectation), at: start,
                column: reader.column.name)
        }
        return value
    }

    fileprivate static func withCharacters<Result>(
        of string: (contents: Range<Int>, hasEscapes: Bool), _ scanner: JSONScanner,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        guard string.hasEscapes else { return body(UnsafeBufferPointer(rebasing: scanner.text[string.contents])) }
        var characters: [UInt8] = []
        scanner.appendCharacters(string.contents, to: &characters)
        return characters.withUnsafeBufferPointer(body)
    }

    // MARK: Names

    private func column(
        _ name: (contents: Range<Int>, hasEscapes: Bool), _ scanner: JSONScanner, expected: Int
    ) -> Int? {
        RecordJSON.withCharacters(of: name, scanner) { name in
            if expected < columns.count, columns[expected].name.elementsEqual(name) { return expected }
            return spellings.first { spelling in
                RecordJSON.areSame(spelling.name, name)
            }?.column
        }
    }

    /// Whether two names of members are the same but for the case of ASCII letters.
    package static func areSame(_ name: String, _ other: String) -> Bool { areSame(name.utf8, other.utf8) }

    private static func areSame(_ name: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        name.count == other.count && zip(name, other).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    /// Members of an object that was read without an error, and that may be meant.
    func nearestNames(to index: Int, in text: UnsafeBufferPointer<UInt8>) -> [String] {
        guard case .object(let members) = try? JSONValue(parsing: Array(text)) else { return [] }
        let unknown = members.map(\.name).filter { schema.column(named: $0) == nil }
        return NearestNames.nearest(to: schema.columns[index].name, in: unknown)
    }
}

extension ColumnReader {
    /// Reads a member's value as ``RecordJSON`` does; nil for one that is not of the column.
    package func value(_ value: JSONValue) -> TransactionValue? {
        switch value {
        // JSON has no such numbers; they would be written as null.
        case .number("NaN"), .number("Infinity"), .number("-Infinity"): nil
        default:
            value.bytes.withUnsafeBufferPointer { text in
                var scanner = JSONScanner(text)
                return (try? self.value(&scanner)) ?? nil
            }
        }
    }

    /// The value at the scanner's position; nil for one that is not of the column.
    fileprivate func value(_ scanner: inout JSONScanner) throws(JSONError) -> TransactionValue? {
        switch try scanner.peekValue() {
        case UInt8(ascii: "n"):
            try scanner.skip("null")
            return .null
        case UInt8(ascii: "\""):
            let string = try scanner.string()
            return RecordJSON.withCharacters(of: string, scanner) { value(text: $0) }
        case UInt8(ascii: "t"):
            try scanner.skip("true")
            return value(true)
        case UInt8(ascii: "f"):
            try scanner.skip("false")
            return value(false)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try scanner.skipValue(depth: 1)
            return nil
        default: return value(try scanner.number(), in: scanner.text)
        }
    }

    /// A string's value; nil for an invalid one.
    fileprivate func value(text: UnsafeBufferPointer<UInt8>) -> TransactionValue? {
        guard let begin = text.baseAddress, !text.isEmpty else { return .null }
        let end = begin + text.count
        switch type {
        case .int32, .int64: return integer(begin, end, readable: begin).value { .integer($0) }
        case .float32, .float64: return number(begin, end, readable: begin).value { .number($0) }
        case .boolean: return boolean(begin, end).value { .boolean($0) }
        case .timestamp:
            let found = time(begin, end, readable: begin).value { .time($0) }
            // With an offset only: other times could be of another zone.
            guard found == nil, TimeReader.hasOffset(text) else { return found }
            return CivilDateTime.microseconds(parsing: text).map { .time($0) }
        case .string, .binary, .date:
            return self.text(begin, end, isUTF8: false).value { .text(String(decoding: text, as: UTF8.self)) }
        }
    }

    fileprivate func value(_ flag: Bool) -> TransactionValue? {
        switch type {
        case .int32, .int64: judged(Int64(flag ? 1 : 0)).value { .integer($0) }
        case .float32, .float64: judged(flag ? 1.0 : 0).value { .number($0) }
        case .boolean: .boolean(flag)
        case .timestamp: nil
        case .string, .binary, .date:
            flag
                ? Array("true".utf8).withUnsafeBufferPointer { value(text: $0) }
                : Array("false".utf8).withUnsafeBufferPointer { value(text: $0) }
        }
    }

    fileprivate func value(_ number: JSONNumber, in text: UnsafeBufferPointer<UInt8>) -> TransactionValue? {
        switch type {
        case .int32, .int64: return (try? number.int64()).flatMap { judged($0).value { .integer($0) } }
        case .float32, .float64: return (try? number.double(in: text)).flatMap { judged($0).value { .number($0) } }
        case .boolean: return (try? number.int64()).flatMap { boolean($0).value { .boolean($0) } }
        case .timestamp:
            if let whole = try? number.int64() { return time(whole).value { .time($0) } }
            return (try? number.double(in: text)).flatMap { time($0).value { .time($0) } }
        case .string, .binary, .date: return value(text: UnsafeBufferPointer(rebasing: text[number.range]))
        }
    }
}

extension CellOutcome {
    /// nil for an invalid value.
    fileprivate func value(_ make: (Value) -> TransactionValue) -> TransactionValue? {
        switch self {
        case .value(let value): make(value)
        case .missing: .null
        case .invalid: nil
        }
    }
}

extension TransactionValue {
    var hasNoJSON: Bool {
        switch self {
        case .null: true
        case .number(let number): !number.isFinite
        case .integer, .boolean, .text, .time: false
        }
    }

    func append(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .integer(let value): TransactionJSON.append(value, to: &text)
        case .number(let value): TransactionJSON.append(value, to: &text)
        case .boolean(let value): text += (value ? "true" : "false").utf8
        case .text(let value): text += JSONValue.string(value).bytes
        case .time(let microseconds):
            text.append(UInt8(ascii: "\""))
            CivilDateTime.append(microseconds: microseconds, as: .iso8601, to: &text)
            text.append(UInt8(ascii: "\""))
        }
    }
}
