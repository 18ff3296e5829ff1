/// Variable-length byte values in one buffer (Arrow's variable-size layout): value `i` is
/// `bytes[offsets[i] ..< offsets[i + 1]]`.
public struct ByteArrays: Sendable, Hashable {
    /// `count + 1` ascending offsets, the first 0.
    public private(set) var offsets: [Int32]
    /// All values, one after the other.
    public private(set) var bytes: [UInt8]

    /// No values.
    public init() {
        offsets = [0]
        bytes = []
    }

    /// - Precondition: offsets start at 0, ascend, and end at most at `bytes.count`.
    public init(offsets: [Int32], bytes: [UInt8]) {
        precondition(offsets.first == 0 && Int(offsets.last ?? -1) <= bytes.count, "offsets do not fit the bytes")
        self.offsets = offsets
        self.bytes = bytes
    }

    /// The UTF-8 bytes of texts.
    public init(_ strings: some Sequence<String>) {
        self.init()
        for string in strings { append(string.utf8) }
    }

    /// How many values there are.
    public var count: Int { offsets.count - 1 }

    /// Makes room for that many values and bytes in all.
    public mutating func reserveCapacity(values: Int, bytes byteCount: Int) {
        offsets.reserveCapacity(values + 1)
        bytes.reserveCapacity(byteCount)
    }

    /// - Precondition: all values together stay below 2 GiB; split into batches well before that.
    public mutating func append(_ value: some Sequence<UInt8>) {
        bytes.append(contentsOf: value)
        offsets.append(Int32(bytes.count))
    }

    /// The bytes of one value.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[Int(offsets[index])..<Int(offsets[index + 1])]
    }

    /// The value as text; invalid UTF-8 is repaired with U+FFFD.
    public func string(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// The values at these positions, in this order.
    public func take(_ indices: [Int]) -> ByteArrays {
        var result = ByteArrays()
        result.offsets.reserveCapacity(indices.count + 1)
        for index in indices { result.append(self[index]) }
        return result
    }
}

extension ByteArrays {
    /// Appends all values of another buffer.
    public mutating func append(contentsOf other: ByteArrays) {
        let base = Int32(bytes.count)
        bytes.append(contentsOf: other.bytes[..<Int(other.offsets[other.count])])
        offsets.append(contentsOf: other.offsets.dropFirst().lazy.map { $0 + base })
    }
}
