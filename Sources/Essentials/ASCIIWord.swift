/// Comparison of texts with lower-case ASCII words.
package enum ASCIIWord {
    /// Whether a text is that word, in any case.
    package static func matches(
        _ word: StaticString, _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> Bool {
        guard end - begin == word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount {
            let byte = begin[index]
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if (isUpper ? byte | 0x20 : byte) != word.utf8Start[index] { return false }
        }
        return true
    }

    /// Words that mean true.
    package static let trueWords: [StaticString] = ["true", "t", "yes", "y"]
    /// Words that mean false.
    package static let falseWords: [StaticString] = ["false", "f", "no", "n"]
}
