import Essentials

/// Operations on texts as bytes of UTF-8. Nothing is allocated, and bytes that are not UTF-8 are taken as they are.
enum TextOperations {
    /// The most bytes into which one byte of a text may turn when its letters become small ones.
    static let lowercaseGrowth = 3

    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count && compare(left, right, left.count) == 0
    }

    /// By bytes, which is the order of code points.
    static func less(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let order = compare(left, right, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }

    static func starts(_ text: UnsafeRawBufferPointer, with prefix: UnsafeRawBufferPointer) -> Bool {
        text.count >= prefix.count && compare(text, prefix, prefix.count) == 0
    }

    static func ends(_ text: UnsafeRawBufferPointer, with suffix: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= suffix.count else { return false }
        return compare(UnsafeRawBufferPointer(rebasing: text[(text.count - suffix.count)...]), suffix, suffix.count)
            == 0
    }

    static func contains(_ text: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        guard let first = part.first else { return true }
        var rest = text
        while rest.count >= part.count {
            // Only where the first byte is can the part begin.
            guard let start = rest.baseAddress, let found = memchr(start, Int32(first), rest.count - part.count + 1)
            else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(found) - start)...])
            if compare(rest, part, part.count) == 0 { return true }
            rest = UnsafeRawBufferPointer(rebasing: rest[1...])
        }
        return false
    }

    /// Characters as SQL counts them: code points.
    static func length(_ text: UnsafeRawBufferPointer) -> Int {
        text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// Writes the text with small letters, each replaced on its own.
    /// - Parameter target: ``lowercaseGrowth`` bytes for each byte of the text.
    /// - Returns: How many bytes were written.
    static func lowercase(_ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        var position = 0
        func write(_ byte: UInt8) {
            target[written] = byte
            written += 1
        }
        while position < text.count {
            let byte = text[position]
            if byte < 0x80 {
                write(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
                position += 1
                continue
            }
            var rest = text[position...].makeIterator()
            var parser = Unicode.UTF8.ForwardParser()
            switch parser.parseScalar(from: &rest) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                for byte in scalar.properties.lowercaseMapping.utf8 { write(byte) }
                position += encoded.count
            case .error(let length):
                for byte in text[position..<min(text.count, position + length)] { write(byte) }
                position += length
            case .emptyInput: position = text.count
            }
        }
        return written
    }

    private static func compare(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, _ count: Int
    ) -> Int32 {
        guard count > 0, let left = left.baseAddress, let right = right.baseAddress else { return 0 }
        return memcmp(left, right, count)
    }
}
