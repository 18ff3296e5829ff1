/// Writes Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md). Fields of a struct must be
/// written in ascending order of their numbers.
struct ThriftCompactWriter {
    private(set) var bytes: [UInt8] = []
    private var lastField = 0

    mutating func field(_ number: Int, _ value: Bool?) {
        guard let value else { return }
        header(number, value ? .booleanTrue : .booleanFalse)
    }

    mutating func field(_ number: Int, _ value: Int8?) {
        guard let value else { return }
        header(number, .int8)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func field(_ number: Int, _ value: Int32?) {
        guard let value else { return }
        header(number, .int32)
        zigzag(Int64(value))
    }

    mutating func field(_ number: Int, _ value: Int64?) {
        guard let value else { return }
        header(number, .int64)
        zigzag(value)
    }

    mutating func field(_ number: Int, _ value: String?) { field(number, value.map { Array($0.utf8) }) }

    mutating func field(_ number: Int, _ value: [UInt8]?) {
        guard let value else { return }
        header(number, .binary)
        binary(value)
    }

    mutating func field(_ number: Int, structure body: (inout ThriftCompactWriter) -> Void) {
        header(number, .structure)
        structure(body)
    }

    mutating func field<Element>(
        _ number: Int, structures elements: [Element], _ body: (inout ThriftCompactWriter, Element) -> Void
    ) {
        list(number, .structure, elements.count)
        for element in elements { structure { body(&$0, element) } }
    }

    mutating func field(_ number: Int, list elements: [Int32]) {
        list(number, .int32, elements.count)
        for element in elements { zigzag(Int64(element)) }
    }

    mutating func field(_ number: Int, list elements: [String]) {
        list(number, .binary, elements.count)
        for element in elements { binary(Array(element.utf8)) }
    }

    /// A struct that is not a field: the whole message.
    mutating func structure(_ body: (inout ThriftCompactWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        bytes.append(0)
        lastField = outer
    }

    private mutating func header(_ number: Int, _ type: ThriftCompactReader.FieldType) {
        let delta = number - lastField
        if delta > 0, delta <= 15 {
            bytes.append(UInt8(delta) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(number))
        }
        lastField = number
    }

    private mutating func list(_ number: Int, _ type: ThriftCompactReader.FieldType, _ count: Int) {
        header(number, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(count))
        }
    }

    private mutating func binary(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
