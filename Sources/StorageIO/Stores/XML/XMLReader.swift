/// Reads XML 1.0 (W3C Recommendation, fifth edition) in UTF-8, event by event, as far as servers' responses and
/// settings files need it: elements, attributes, character data, CDATA sections, the five named entities and numeric
/// ones.
///
/// Prefixes of names are removed. Comments, processing instructions and the document type are skipped; entities that a
/// document type declares are not expanded, so that no text grows while it is read.
package struct XMLReader: Sendable {
    package enum Event: Sendable, Hashable {
        case start(name: String, attributes: [Attribute])
        /// Adjacent text may come in several events.
        case text(String)
        case end(name: String)
    }

    package struct Attribute: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0
    /// Whole names of the open elements.
    private var open: [String] = []
    private var hasRoot = false
    /// The end of an element that was written as `<a/>`.
    private var pendingEnd: String?

    /// - Throws: for a text longer than `maximumBytes`.
    package init(_ bytes: [UInt8], maximumBytes: Int = 64 << 20, maximumDepth: Int = 64) throws(XMLError) {
        guard bytes.count <= maximumBytes else {
            throw XMLError(byte: maximumBytes, message: "longer than \(maximumBytes) bytes")
        }
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The offset of the next byte to be read.
    package var byte: Int { position }

    /// The next event; nil at the end of a well-formed document.
    package mutating func next() throws(XMLError) -> Event? {
        if let name = pendingEnd {
            pendingEnd = nil
            return .end(name: name)
        }
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "<") {
                let text = try characterData()
                if !open.isEmpty { return .text(text) }
                guard text.utf8.allSatisfy(Self.isSpace) else { throw error("text outside of the root element") }
            } else if skip("<!--") {
                try skip(past: "-->", after: "a comment")
            } else if skip("<![CDATA[") {
                guard !open.isEmpty else { throw error("a CDATA section outside of the root element") }
                let start = position
                try skip(past: "]]>", after: "a CDATA section")
                return .text(try decoded(Self.withoutCarriageReturns(bytes[start..<(position - 3)]), at: start))
            } else if skip("<?") {
                try skip(past: "?>", after: "a processing instruction")
            } else if skip("<!DOCTYPE") {
                guard !hasRoot else { throw error("a document type after the root element began") }
                try skipDocumentType()
            } else if skip("</") {
                return try endTag()
            } else {
                position += 1
                return try startTag()
            }
        }
        guard open.isEmpty else { throw error("the text ends inside of <\(open[open.count - 1])>") }
        guard hasRoot else { throw error("there is no element") }
        return nil
    }

    private mutating func startTag() throws(XMLError) -> Event {
        guard !open.isEmpty || !hasRoot else { throw error("a second root element") }
        hasRoot = true
        let name = try self.name()
        var attributes: [Attribute] = []
        while true {
            let hadSpace = skipSpace()
            if skip("/>") {
                pendingEnd = Self.localName(name)
                break
            }
            if skip(">") {
                guard open.count < maximumDepth else {
                    throw error("more than \(maximumDepth) elements inside one another")
                }
                open.append(name)
                break
            }
            guard hadSpace else { throw error("expected a space, '>' or '/>' in <\(name)>") }
            attributes.append(try attribute())
        }
        return .start(name: Self.localName(name), attributes: attributes)
    }

    private mutating func endTag() throws(XMLError) -> Event {
        let name = try self.name()
        skipSpace()
        guard skip(">") else { throw error("expected '>' after </\(name)") }
        guard let expected = open.popLast() else { throw error("</\(name)> without a beginning") }
        guard name.hasBytes(of: expected) else { throw error("</\(name)> where </\(expected)> was expected") }
        return .end(name: Self.localName(name))
    }

    private mutating func attribute() throws(XMLError) -> Attribute {
        let name = try self.name()
        skipSpace()
        guard skip("=") else { throw error("expected '=' after the attribute \(name)") }
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
        else {
            throw error("the value of the attribute \(name) is not quoted")
        }
        let quote = bytes[position], start = position + 1
        guard let end = bytes[start...].firstIndex(of: quote) else { throw error("the value of \(name) has no end") }
        guard !bytes[start..<end].contains(UInt8(ascii: "<")) else { throw error("'<' in the value of \(name)") }
        // White space in values is read as spaces (section 3.3.3).
        let spaced = Self.withoutCarriageReturns(bytes[start..<end]).map { Self.isSpace($0) ? UInt8(ascii: " ") : $0 }
        let value = try decoded(try replacingEntities(spaced[...], at: start), at: start)
        position = end + 1
        return Attribute(name: Self.localName(name), value: value)
    }

    private mutating func characterData() throws(XMLError) -> String {
        let start = position
        position = bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        let text = try replacingEntities(Self.withoutCarriageReturns(bytes[start..<position])[...], at: start)
        return try decoded(text, at: start)
    }

    private mutating func name() throws(XMLError) -> String {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > start, !"-.0123456789".utf8.contains(bytes[start]) else { throw error("expected a name") }
        return try decoded(Array(bytes[start..<position]), at: start)
    }

    private mutating func skipDocumentType() throws(XMLError) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            if skip("<!--") {
                try skip(past: "-->", after: "a comment")
                continue
            }
            position += 1
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "<"): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ">"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let end = bytes[position...].firstIndex(of: byte) else {
                    throw error("a quoted text of the document type has no end")
                }
                position = end + 1
            default: break
            }
        }
        throw error("the document type has no end")
    }

    private mutating func skip(past mark: StaticString, after what: String) throws(XMLError) {
        while position < bytes.count {
            if skip(mark) { return }
            position += 1
        }
        throw error("\(what) has no end")
    }

    private mutating func skip(_ mark: StaticString) -> Bool {
        let isThere = mark.withUTF8Buffer { bytes[position...].starts(with: $0) }
        if isThere { position += mark.utf8CodeUnitCount }
        return isThere
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        return position > start
    }

    private func replacingEntities(_ text: ArraySlice<UInt8>, at start: Int) throws(XMLError) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += rest[..<ampersand]
            rest = rest[(ampersand + 1)...]
            guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = Self.entity(String(decoding: rest[..<end], as: UTF8.self))
            else { throw XMLError(byte: start, message: "an '&' without a known entity after it") }
            result += Array(String(scalar).utf8)
            rest = rest[(end + 1)...]
        }
        return result + rest
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.utf8.first == UInt8(ascii: "#"), name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
            let isHexadecimal = name.utf8.dropFirst().first == UInt8(ascii: "x")
            let digits = name.dropFirst(isHexadecimal ? 2 : 1)
            guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
                let value = UInt32(digits, radix: isHexadecimal ? 16 : 10), value != 0
            else { return nil }
            return Unicode.Scalar(value)
        }
    }

    private func decoded(_ text: [UInt8], at start: Int) throws(XMLError) -> String {
        guard let text = String(validating: text, as: UTF8.self) else {
            throw XMLError(byte: start, message: "the bytes are not UTF-8")
        }
        return text
    }

    private func error(_ message: String) -> XMLError { XMLError(byte: position, message: message) }

    /// Line ends are single line feeds (section 2.11).
    private static func withoutCarriageReturns(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.contains(0x0D) else { return Array(text) }
        var result: [UInt8] = []
        for index in text.indices {
            if text[index] != 0x0D {
                result.append(text[index])
            } else if index + 1 == text.endIndex || text[index + 1] != 0x0A {
                result.append(0x0A)
            }
        }
        return result
    }

    private static func localName(_ name: String) -> String {
        name.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(name[name.utf8.index(after: $0)...]) } ?? name
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Bytes beyond ASCII are taken as letters.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."), 0x80...0xFF:
            true
        default: false
        }
    }
}
