/// An element with its content, for small documents.
package struct XMLTree: Sendable, Hashable {
    package let name: String
    package let attributes: [XMLReader.Attribute]
    /// The text directly in the element, joined.
    package private(set) var text = ""
    package private(set) var children: [XMLTree] = []

    /// - Throws: ``XMLError``.
    package static func parse(_ bytes: [UInt8], maximumBytes: Int = 64 << 20) throws(XMLError) -> XMLTree {
        var reader = try XMLReader(bytes, maximumBytes: maximumBytes)
        var open: [XMLTree] = []
        var root: XMLTree?
        while let event = try reader.next() {
            switch event {
            case .start(let name, let attributes): open.append(XMLTree(name: name, attributes: attributes))
            case .text(let text): open[open.count - 1].text += text
            case .end:
                let closed = open.removeLast()
                if open.isEmpty { root = closed } else { open[open.count - 1].children.append(closed) }
            }
        }
        guard let root else { throw XMLError(byte: reader.byte, message: "there is no element") }
        return root
    }

    private init(name: String, attributes: [XMLReader.Attribute]) {
        self.name = name
        self.attributes = attributes
    }

    /// The first child of that name.
    package subscript(name: String) -> XMLTree? { children.first { $0.name.hasBytes(of: name) } }

    /// All children of that name.
    package func all(_ name: String) -> [XMLTree] { children.filter { $0.name.hasBytes(of: name) } }

    /// Text escaped for use between tags.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // Carriage returns would be read as line feeds; XML 1.0 has other control characters only by number, if at
            // all.
            case "\u{0}"..."\u{1F}": result += "&#x\(String(scalar.value, radix: 16));"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
