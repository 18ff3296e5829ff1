import Essentials

/// The texts that mean a missing value.
struct NullTexts: Sendable {
    private let tokens: [[UInt8]]
    /// What programs write for a missing number, time or boolean: pandas, R, Python, SQL, and MySQL's `\N`.
    private static let words: [StaticString] = ["null", "none", "na", "n/a", "\\n"]

    init(_ tokens: [String]) { self.tokens = tokens.map { Array($0.utf8) } }

    /// Whether an unquoted field is one of the tokens.
    func isToken(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        tokens.contains { $0.elementsEqual(UnsafeBufferPointer(start: begin, count: end - begin)) }
    }

    /// Whether an unquoted field means a missing value in a column of another type than text: a token, ignoring blanks
    /// around it, or one of the usual words.
    func stands(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let (begin, end) = TextValue.trimmed(begin, end) ?? (begin, end)
        return isToken(begin, end) || Self.words.contains { ASCIIWord.matches($0, begin, end) }
    }

    /// The same for the content of a quoted field: nothing, or one of the words.
    func standsQuoted(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let (begin, end) = TextValue.trimmed(begin, end) ?? (begin, end)
        return begin == end || Self.words.contains { ASCIIWord.matches($0, begin, end) }
    }
}
