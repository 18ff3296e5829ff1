import Essentials

/// Untrusted text is split and compared by its bytes. Swift's own string operations work on characters: to them a `/`
/// before a combining mark is not a slash, and an `é` of one scalar equals one of two, which are two names to every
/// store.
extension StringProtocol where UTF8View: BidirectionalCollection {
    /// The parts between slashes, empty ones included; the bytes are those of the text.
    package var slashSegments: [SubSequence] {
        var segments: [SubSequence] = []
        var start = startIndex
        while let slash = utf8[start...].firstIndex(of: UInt8(ascii: "/")) {
            segments.append(self[start..<slash])
            start = utf8.index(after: slash)
        }
        return segments + [self[start...]]
    }

    /// What follows the last slash; the whole text if there is none.
    package var lastSlashSegment: SubSequence {
        utf8.lastIndex(of: UInt8(ascii: "/")).map { self[utf8.index(after: $0)...] } ?? self[...]
    }

    /// The text up to the byte at an index, and that byte. (`text[...index]` includes all combining marks of the
    /// character there.)
    package func through(_ index: Index) -> SubSequence { self[..<utf8.index(after: index)] }

    /// Whether both have the same bytes.
    package func hasBytes(of other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether the bytes begin with those of another text.
    package func startsWithBytes(of other: some StringProtocol) -> Bool { utf8.starts(with: other.utf8) }

    /// Whether the last byte is a slash.
    package var endsWithSlash: Bool { utf8.last == UInt8(ascii: "/") }
}

extension String {
    /// The text without its first bytes, which must end at a scalar boundary.
    package func droppingBytes(_ count: Int) -> String { String(decoding: utf8.dropFirst(count), as: UTF8.self) }

    /// The text for a terminal: control characters, and invisible or direction-changing ones, are escaped.
    package var escapedForPeople: String {
        guard unicodeScalars.contains(where: \.isInvisible) else { return self }
        return unicodeScalars.map { $0.isInvisible ? $0.escaped(asASCII: true) : String(Character($0)) }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension [UInt8] {
    /// Bytes as text for people: those that are not UTF-8 are shown as `\xE9`.
    package var escapedAsText: String {
        var result = ""
        var rest = self[...]
        while let byte = rest.first {
            // No scalar has more than four bytes.
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length, length <= rest.count {
                result += String(decoding: rest.prefix(length), as: UTF8.self)
            } else {
                result += "\\x" + byte.zeroPadded(to: 2, radix: 16, uppercase: true)
            }
            rest = rest.dropFirst(Swift.max(1, length ?? 1))
        }
        return result
    }
}
