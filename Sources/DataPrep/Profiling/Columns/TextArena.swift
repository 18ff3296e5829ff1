/// The beginnings of texts one after the other, each known by a number.
struct TextArena: Sendable {
    /// Bytes of a text that are kept: enough for numbers, ids and what people read.
    static let textLimit = 256
    private static let capacity = 8 << 20

    private var bytes: [UInt8] = []

    /// Whether there should be no more texts.
    var isFull: Bool { bytes.count >= Self.capacity }

    /// Adds a text.
    /// - Returns: its number.
    mutating func append(_ text: UnsafeRawBufferPointer) -> Int64 {
        append(text.prefix(Self.textLimit), isValid: Self.isValidUTF8(text))
    }

    /// Adds the beginning of a text.
    mutating func append(_ text: some Collection<UInt8>, isValid: Bool) -> Int64 {
        let start = bytes.count
        bytes.append(contentsOf: text)
        return Int64(start) << 10 | Int64(text.count) << 1 | (isValid ? 1 : 0)
    }

    /// Whether the whole text is valid UTF-8.
    func isValid(_ number: Int64) -> Bool { number & 1 == 1 }

    /// The text's beginning.
    func text(_ number: Int64) -> ArraySlice<UInt8> {
        let start = Int(number >> 10)
        return bytes[start..<start + Int(number >> 1 & 0x1FF)]
    }

    /// Calls `body` with the text's beginning.
    func withText(_ number: Int64, _ body: (UnsafeRawBufferPointer) -> Void) {
        text(number).withUnsafeBytes(body)
    }

    /// The text's beginning for people, without the part of a character that was cut in two.
    func string(_ number: Int64) -> String {
        let text = text(number)
        let isCut = text.count == Self.textLimit
        for dropped in 0...(isCut ? 3 : 0) {
            if let string = String(validating: text.dropLast(dropped), as: UTF8.self) { return string }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func isValidUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position + 8 <= text.count {
            if text.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return isValidBeyondASCII(text)
            }
            position += 8
        }
        while position < text.count {
            if text[position] >= 0x80 { return isValidBeyondASCII(text) }
            position += 1
        }
        return true
    }

    private static func isValidBeyondASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        String(validating: text, as: UTF8.self) != nil
    }
}
