/// A few texts that others are compared with, without case.
struct WordList: Sendable {
    /// In lower case.
    private let words: [[UInt8]]
    /// Bit n for words of n bytes; the last bit for all longer ones.
    private let lengths: UInt64
    /// Words in which case is not only a matter of ASCII.
    private let others: Set<String>

    init(_ texts: [String]) {
        let lowercased = Set(texts.map { WordList.trimmed($0).lowercased() })
        let ascii = lowercased.filter { $0.utf8.allSatisfy { $0 < 0x80 } }
        words = ascii.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        lengths = words.reduce(0) { $0 | WordList.lengthBit($1.count) }
        others = lowercased.subtracting(ascii)
    }

    /// Whether a text, without blanks around it, is one of the words.
    @inline(__always)
    func contains(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        if lengths & WordList.lengthBit(end - begin) != 0, containsASCII(begin, end) { return true }
        return !others.isEmpty && containsOther(begin, end)
    }

    func contains(_ text: String) -> Bool {
        var text = WordList.trimmed(text)
        return text.withUTF8 { bytes in
            guard let begin = bytes.baseAddress else { return words.contains([]) }
            return contains(begin, begin + bytes.count)
        }
    }

    @inline(__always)
    private static func lengthBit(_ count: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: min(count, 63)) }

    private func containsASCII(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let count = end - begin
        return words.contains { word in
            guard word.count == count else { return false }
            for index in 0..<count {
                let byte = begin[index]
                let isUpper = byte &- UInt8(ascii: "A") < 26
                if (isUpper ? byte | 0x20 : byte) != word[index] { return false }
            }
            return true
        }
    }

    private func containsOther(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let text = UnsafeBufferPointer(start: begin, count: end - begin)
        guard text.contains(where: { $0 >= 0x80 }) else { return false }
        return others.contains(String(decoding: text, as: UTF8.self).lowercased())
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

/// Blanks around the text of a value.
enum Blanks {
    /// The bytes without spaces and tabs at either end.
    @inline(__always)
    static func trimmed(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        var begin = begin, end = end
        while begin < end, isBlank(begin[0]) { begin += 1 }
        while begin < end, isBlank((end - 1)[0]) { end -= 1 }
        return (begin, end)
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
