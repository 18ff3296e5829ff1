import Columnar
import JSONText

/// Collects the values of one column, row by row. Rows without a value are null.
struct JSONColumnBuilder {
    private let type: DataType
    // Only the list of the type is used.
    private var flags: [Bool] = []
    private var int32s: [Int32] = []
    private var int64s: [Int64] = []
    private var float32s: [Float] = []
    private var float64s: [Double] = []
    private var offsets: [Int32] = [0]
    private var bytes: [UInt8] = []
    /// Of the rows so far.
    private var validity: [Bool] = []
    private var hasNull = false

    init(_ type: DataType) { self.type = type }

    /// Reads a value, which replaces an earlier one of the same row.
    /// - Parameters:
    ///   - first: the value's first byte.
    ///   - depth: the number of arrays and objects around the value.
    /// - Returns: whether the type can hold the value.
    mutating func take(
        _ scanner: inout JSONScanner, first: UInt8, depth: Int, row: Int
    ) throws(JSONError) -> Bool {
        forget(row)
        pad(to: row)
        switch first {
        case UInt8(ascii: "\""): return take(try scanner.string(), of: scanner)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let start = scanner.position
            try scanner.skipValue(depth: depth)
            return takeText(scanner, start..<scanner.position)
        case UInt8(ascii: "t"):
            try scanner.skip("true")
            return take(true)
        case UInt8(ascii: "f"):
            try scanner.skip("false")
            return take(false)
        case UInt8(ascii: "n"):
            try scanner.skip("null")
            pad(to: row + 1)
            return true
        default: return take(try scanner.number(), of: scanner)
        }
    }

    /// Takes JSON as text.
    /// - Returns: whether the column is of text.
    mutating func takeText(_ scanner: JSONScanner, _ range: Range<Int>, row: Int) -> Bool {
        forget(row)
        pad(to: row)
        return takeText(scanner, range)
    }

    /// Removes the value of the last row, if it has one.
    mutating func forget(_ row: Int) {
        guard validity.count > row else { return }
        validity.removeLast()
        switch type.physicalType {
        case .boolean: flags.removeLast()
        case .int32: int32s.removeLast()
        case .int64: int64s.removeLast()
        case .float32: float32s.removeLast()
        case .float64: float64s.removeLast()
        case .bytes:
            offsets.removeLast()
            bytes.removeLast(bytes.count - Int(offsets[offsets.count - 1]))
        }
    }

    mutating func finish(rowCount: Int) throws(ColumnarError) -> Column {
        pad(to: rowCount)
        let storage: ColumnStorage =
            switch type.physicalType {
            case .boolean: .boolean(Bitmap(flags))
            case .int32: .int32(int32s)
            case .int64: .int64(int64s)
            case .float32: .float32(float32s)
            case .float64: .float64(float64s)
            case .bytes: .bytes(ByteArrays(offsets: offsets, bytes: bytes))
            }
        return try Column(type: type, storage: storage, validity: hasNull ? Bitmap(validity) : nil)
    }

    /// Appends nulls up to a row.
    private mutating func pad(to row: Int) {
        let count = row - validity.count
        guard count > 0 else { return }
        hasNull = true
        validity.append(contentsOf: repeatElement(false, count: count))
        switch type.physicalType {
        case .boolean: flags.append(contentsOf: repeatElement(false, count: count))
        case .int32: int32s.append(contentsOf: repeatElement(0, count: count))
        case .int64: int64s.append(contentsOf: repeatElement(0, count: count))
        case .float32: float32s.append(contentsOf: repeatElement(0, count: count))
        case .float64: float64s.append(contentsOf: repeatElement(0, count: count))
        case .bytes: offsets.append(contentsOf: repeatElement(Int32(bytes.count), count: count))
        }
    }

    private mutating func take(_ value: Bool) -> Bool {
        switch type {
        case .boolean: return Self.append(value, to: &flags, &validity)
        case .int32: return Self.append(value ? 1 : 0, to: &int32s, &validity)
        case .int64: return Self.append(value ? 1 : 0, to: &int64s, &validity)
        case .float32: return Self.append(value ? 1 : 0, to: &float32s, &validity)
        case .float64: return Self.append(value ? 1 : 0, to: &float64s, &validity)
        case .string:
            bytes.append(contentsOf: (value ? "true" : "false").utf8)
            return endText()
        case .binary, .date, .timestamp: return false
        }
    }

    private mutating func take(_ number: JSONNumber, of scanner: JSONScanner) -> Bool {
        switch type {
        case .int32: return Self.append((try? number.int64()).flatMap { Int32(exactly: $0) }, to: &int32s, &validity)
        case .int64: return Self.append(try? number.int64(), to: &int64s, &validity)
        case .float32:
            return Self.append((try? number.double(in: scanner.text)).map { Float($0) }, to: &float32s, &validity)
        case .float64: return Self.append(try? number.double(in: scanner.text), to: &float64s, &validity)
        case .string: return takeText(scanner, number.range)
        case .boolean, .binary, .date, .timestamp: return false
        }
    }

    /// A string becomes a value of another type by the rules of delimited text.
    private mutating func take(_ string: (contents: Range<Int>, hasEscapes: Bool), of scanner: JSONScanner) -> Bool {
        switch type {
        case .string where string.hasEscapes:
            scanner.appendCharacters(string.contents, to: &bytes)
            return endText()
        case .string: return takeText(scanner, string.contents)
        case .boolean: return Self.append(parsed(string, scanner, TextValue.boolean), to: &flags, &validity)
        case .int32: return Self.append(parsed(string, scanner, TextValue.int32), to: &int32s, &validity)
        case .int64: return Self.append(parsed(string, scanner, TextValue.int64), to: &int64s, &validity)
        case .float32:
            return Self.append(parsed(string, scanner, TextValue.float64).map { Float($0) }, to: &float32s, &validity)
        case .float64: return Self.append(parsed(string, scanner, TextValue.float64), to: &float64s, &validity)
        case .date: return Self.append(parsed(string, scanner, TextValue.date), to: &int32s, &validity)
        case .timestamp(let unit, _):
            let time = parsed(string, scanner, TextValue.microseconds)
            return Self.append(time.flatMap { unit.ticks(microseconds: $0) }, to: &int64s, &validity)
        case .binary: return false
        }
    }

    private func parsed<Value>(
        _ string: (contents: Range<Int>, hasEscapes: Bool), _ scanner: JSONScanner,
        _ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Value?
    ) -> Value? {
        scanner.withPadded(string) { begin, end in begin < end ? parse(begin, end) : nil }
    }

    private mutating func takeText(_ scanner: JSONScanner, _ range: Range<Int>) -> Bool {
        guard type == .string else { return false }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: scanner.text[range]))
        return endText()
    }

    private mutating func endText() -> Bool {
        offsets.append(Int32(bytes.count))
        validity.append(true)
        return true
    }

    @inline(__always)
    private static func append<Value>(_ value: Value?, to list: inout [Value], _ validity: inout [Bool]) -> Bool {
        guard let value else { return false }
        list.append(value)
        validity.append(true)
        return true
    }
}
