/// Writes numbers and texts into bytes: integers as LEB128 variable-length numbers, texts behind their length.
struct JournalByteWriter {
    var bytes: [UInt8] = []

    mutating func write(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag, so that small negative numbers stay short.
    mutating func write(_ value: Int64) { write(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func write(_ value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ content: [UInt8]) {
        write(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            write(UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func write(_ text: String?) {
        write(UInt64(text == nil ? 0 : 1))
        if let text { write(text) }
    }

    mutating func write(_ texts: [String: String]) {
        write(UInt64(texts.count))
        for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
            write(key)
            write(value)
        }
    }
}

/// Reads what ``JournalByteWriter`` wrote. Every length is checked before it is used.
struct JournalByteReader {
    struct Malformed: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func unsigned() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard position < bytes.endIndex else { throw Malformed() }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { throw Malformed() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    mutating func signed() throws(Malformed) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: (value >> 1)) ^ -Int64(bitPattern: value & 1)
    }

    mutating func timestamp() throws(Malformed) -> Timestamp { Timestamp(millisecondsSince1970: try signed()) }

    mutating func real() throws(Malformed) -> Double {
        guard bytes.endIndex - position >= 8 else { throw Malformed() }
        var pattern: UInt64 = 0
        for index in 0..<8 { pattern |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
        position += 8
        return Double(bitPattern: pattern)
    }

    /// A number of elements, each of which takes at least one byte.
    mutating func count() throws(Malformed) -> Int {
        let value = try unsigned()
        guard value <= UInt64(bytes.endIndex - position) else { throw Malformed() }
        return Int(value)
    }

    mutating func content() throws(Malformed) -> [UInt8] {
        let length = try count()
        defer { position += length }
        return Array(bytes[position..<position + length])
    }

    mutating func text() throws(Malformed) -> String {
        let length = try count()
        guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw Malformed()
        }
        position += length
        return text
    }

    mutating func optionalText() throws(Malformed) -> String? {
        switch try unsigned() {
        case 0: return nil
        case 1: return try text()
        default: throw Malformed()
        }
    }

    mutating func texts() throws(Malformed) -> [String: String] {
        var texts: [String: String] = [:]
        for _ in 0..<(try count()) {
            let key = try text()
            texts[key] = try text()
        }
        return texts
    }
}
