/// Scans JSON text (RFC 8259) without copying or allocating. Any bytes are read or refused, in time linear in their
/// number.
///
/// What is small and called for every byte or token is inlined into other modules.
package struct JSONScanner {
    /// How deep arrays and objects may be nested: each level uses stack.
    package static let maximumDepth = 128

    package let text: UnsafeBufferPointer<UInt8>
    package var position = 0

    /// The literals.
    static let words = ["true", "false", "null"].map { Array($0.utf8) }

    @inlinable
    package init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Skips white space, and tells whether nothing else is left.
    @inlinable @inline(__always)
    package mutating func isAtEnd() -> Bool {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return false }
            position += 1
        }
        return true
    }

    /// The next byte that is not white space, without consuming it; nil at the end.
    @inlinable @inline(__always)
    package mutating func peek() -> UInt8? { isAtEnd() ? nil : text[position] }

    /// Skips a byte that must come next after white space.
    @inlinable @inline(__always)
    package mutating func expect(_ expected: UInt8, or problem: JSONError.Problem) throws(JSONError) {
        guard peek() == expected else { throw JSONError(problem, at: position) }
        position += 1
    }

    /// The first byte of a value, without consuming it.
    @inlinable @inline(__always)
    package mutating func peekValue() throws(JSONError) -> UInt8 {
        guard let byte = peek() else { throw JSONError(.expectedValue, at: position) }
        return byte
    }

    /// Skips a comma, or the closing byte of an object or array.
    /// - Returns: whether it was the closing byte.
    @inlinable @inline(__always)
    package mutating func ends(with closing: UInt8) throws(JSONError) -> Bool {
        guard let byte = peek(), byte == closing || byte == UInt8(ascii: ",") else {
            throw JSONError(.expectedComma, at: position)
        }
        position += 1
        return byte == closing
    }

    /// Skips the closing byte, if it comes next after white space: of an empty object or array.
    @inlinable @inline(__always)
    package mutating func isEmpty(closing: UInt8) -> Bool {
        guard peek() == closing else { return false }
        position += 1
        return true
    }

    /// The raw contents of a member's name between the quotes, and whether they contain escapes; the colon is skipped.
    @inlinable @inline(__always)
    package mutating func name() throws(JSONError) -> (contents: Range<Int>, hasEscapes: Bool) {
        guard peek() == UInt8(ascii: "\"") else { throw JSONError(.expectedName, at: position) }
        let name = try string()
        try expect(UInt8(ascii: ":"), or: .expectedColon)
        return name
    }

    /// Nothing but white space is left.
    @inlinable
    package mutating func expectEnd() throws(JSONError) {
        guard isAtEnd() else { throw JSONError(.trailingBytes, at: position) }
    }

    /// Skips any value.
    /// - Parameter depth: The number of arrays and objects around it.
    package mutating func skipValue(depth: Int = 0) throws(JSONError) {
        switch try peekValue() {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try skipMembers(closing: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): try skipMembers(closing: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: _ = try number()
        }
    }

    private mutating func skipMembers(closing: UInt8, depth: Int) throws(JSONError) {
        try enter(depth)
        if isEmpty(closing: closing) { return }
        repeat {
            if closing == UInt8(ascii: "}") { _ = try name() }
            try skipValue(depth: depth + 1)
        } while try !ends(with: closing)
    }

    /// Skips the opening byte of an array or object with `depth` others around it.
    package mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth < JSONScanner.maximumDepth else { throw JSONError(.tooDeep, at: position) }
        position += 1
    }

    /// Skips a literal whose first byte has been seen.
    package mutating func skip(_ literal: StaticString) throws(JSONError) {
        let count = literal.utf8CodeUnitCount
        guard text.count - position >= count,
            literal.withUTF8Buffer({ $0.elementsEqual(text[position..<position + count]) })
        else { throw JSONError(.expectedValue, at: position) }
        position += count
    }
}
