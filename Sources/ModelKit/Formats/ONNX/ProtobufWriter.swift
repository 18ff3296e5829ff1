/// The part of Protocol Buffers' wire format that is needed to write messages
/// (https://protobuf.dev/programming-guides/encoding).
///
/// Fields are written in the order of the calls, so equal calls give equal bytes.
package struct ProtobufWriter: Sendable {
    /// The message so far.
    package private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case lengthDelimited = 2
        case fixed32 = 5
    }

    package init() {}

    /// `int32`, `int64` or an enumeration; negative numbers take ten bytes.
    package mutating func integer(_ field: Int, _ value: Int64) {
        key(field, .varint)
        varint(UInt64(bitPattern: value))
    }

    /// `float`.
    package mutating func float(_ field: Int, _ value: Float) {
        key(field, .fixed32)
        Self.append(value.bitPattern, to: &bytes)
    }

    /// `string`.
    package mutating func string(_ field: Int, _ value: some StringProtocol) {
        key(field, .lengthDelimited)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// `bytes`, or an embedded message's.
    package mutating func bytes(_ field: Int, _ value: [UInt8]) {
        key(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A message within this one.
    package mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        bytes(field, inner.bytes)
    }

    /// `repeated` numbers in packed form.
    package mutating func packed(_ field: Int, _ values: some Sequence<Int64>) {
        var inner = ProtobufWriter()
        for value in values { inner.varint(UInt64(bitPattern: value)) }
        bytes(field, inner.bytes)
    }

    private mutating func key(_ field: Int, _ type: WireType) { varint(UInt64(field) << 3 | type.rawValue) }

    /// Seven bits per byte, the lowest first; the high bit says that more follow.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Little-endian.
    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
