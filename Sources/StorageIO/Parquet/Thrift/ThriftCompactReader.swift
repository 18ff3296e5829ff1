/// Reads Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md) from untrusted bytes: every
/// length is checked against what is left, and nesting is limited.
struct ThriftCompactReader {
    /// The types of struct fields and list elements.
    enum FieldType: UInt8 {
        case booleanTrue = 1
        case booleanFalse = 2
        case int8 = 3
        case int16 = 4
        case int32 = 5
        case int64 = 6
        case double = 7
        case binary = 8
        case list = 9
        case set = 10
        case map = 11
        case structure = 12
        case uuid = 13
    }

    private static let maximumDepth = 32

    private let bytes: UnsafeRawBufferPointer
    /// How many bytes have been read.
    private(set) var position = 0
    private var depth = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Calls `body` for each field with its number and type. The body reads the field's value or calls ``skip(_:)``.
    mutating func readStruct(
        _ body: (inout ThriftCompactReader, Int, FieldType) throws(ParquetFault) -> Void
    ) throws(ParquetFault) {
        try enter()
        var number = 0
        while true {
            let header = try readByte()
            guard header != 0 else { break }
            let type = try fieldType(header & 0x0F)
            let delta = Int(header >> 4)
            number = delta != 0 ? number + delta : Int(Int16(truncatingIfNeeded: try readInt64()))
            try body(&self, number, type)
        }
        depth -= 1
    }

    /// Calls `body` for each element of a list, which reads it.
    mutating func readList<Element>(
        of expected: FieldType, _ body: (inout ThriftCompactReader) throws(ParquetFault) -> Element
    ) throws(ParquetFault) -> [Element] {
        let (type, count) = try readListHeader()
        guard type == expected || count == 0 else {
            throw ParquetFault(.corrupt, "metadata list of \(type) where \(expected) was expected")
        }
        var elements: [Element] = []
        elements.reserveCapacity(min(count, 1_024))
        for _ in 0..<count { elements.append(try body(&self)) }
        return elements
    }

    mutating func readInt64() throws(ParquetFault) -> Int64 {
        let value = try readVarint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// - Throws: a fault for a number of more than 32 bits.
    mutating func readInt32() throws(ParquetFault) -> Int32 {
        let value = try readInt64()
        guard let narrow = Int32(exactly: value) else {
            throw ParquetFault(.corrupt, "metadata number \(value) does not fit 32 bits")
        }
        return narrow
    }

    mutating func readInt8() throws(ParquetFault) -> Int8 { Int8(bitPattern: try readByte()) }

    mutating func readBinary() throws(ParquetFault) -> [UInt8] {
        let count = try readCount()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Text; invalid UTF-8 is repaired.
    mutating func readString() throws(ParquetFault) -> String { String(decoding: try readBinary(), as: UTF8.self) }

    mutating func skip(_ type: FieldType) throws(ParquetFault) {
        switch type {
        case .booleanTrue, .booleanFalse: break
        case .int8: try advance(1)
        case .int16, .int32, .int64: _ = try readVarint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary: try advance(try readCount())
        case .list, .set:
            try enter()
            let (element, count) = try readListHeader()
            for _ in 0..<count { try skipElement(element) }
            depth -= 1
        case .map:
            try enter()
            let count = try readCount()
            if count > 0 {
                let types = try readByte()
                let (key, value) = (try fieldType(types >> 4), try fieldType(types & 0x0F))
                for _ in 0..<count {
                    try skipElement(key)
                    try skipElement(value)
                }
            }
            depth -= 1
        case .structure:
            try readStruct { (reader, _, type) throws(ParquetFault) in try reader.skip(type) }
        }
    }

    /// Booleans take a byte in lists and maps, none in structs.
    private mutating func skipElement(_ type: FieldType) throws(ParquetFault) {
        switch type {
        case .booleanTrue, .booleanFalse: try advance(1)
        default: try skip(type)
        }
    }

    private mutating func readListHeader() throws(ParquetFault) -> (FieldType, Int) {
        let header = try readByte()
        let short = Int(header >> 4)
        let count = short < 15 ? short : try readCount()
        // Some writers give the elements of an empty list type 0: without elements, the type is irrelevant.
        return (count == 0 ? .structure : try fieldType(header & 0x0F), count)
    }

    /// A number of bytes or elements; each element takes at least a byte, so more than the remaining bytes is invalid.
    private mutating func readCount() throws(ParquetFault) -> Int {
        let count = try readVarint()
        guard count <= UInt64(bytes.count - position) else {
            throw ParquetFault(.truncated, "metadata say \(count) where \(bytes.count - position) bytes are left")
        }
        return Int(count)
    }

    private mutating func readVarint() throws(ParquetFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            guard shift < 64 else { throw ParquetFault(.corrupt, "metadata number of more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func readByte() throws(ParquetFault) -> UInt8 {
        guard position < bytes.count else { throw ParquetFault(.truncated, "metadata end early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func advance(_ count: Int) throws(ParquetFault) {
        guard count <= bytes.count - position else { throw ParquetFault(.truncated, "metadata end early") }
        position += count
    }

    private func fieldType(_ code: UInt8) throws(ParquetFault) -> FieldType {
        guard let type = FieldType(rawValue: code) else {
            throw ParquetFault(.corrupt, "metadata field of unknown type \(code)")
        }
        return type
    }

    private mutating func enter() throws(ParquetFault) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw ParquetFault(.corrupt, "metadata nested too deeply") }
    }
}
