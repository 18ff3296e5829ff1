/// Names of columns and features in expressions.
extension RowExpression {
    /// The value of a column or feature, as it is.
    static func reference(to name: String) -> RowExpression { RowExpression(unchecked: quoted(name)) }

    /// An expression that the library itself writes.
    init(builtIn text: String) throws(FeaturePlanError) { self.init(unchecked: text) }

    /// The columns and features that it uses.
    var references: [String] { RowExpression.names(in: text) }

    /// A name as expressions write it: in backticks unless it is a plain one.
    static func quoted(_ name: String) -> String {
        let isPlain =
            name.utf8.allSatisfy(isNamePart) && !(name.utf8.first.map(isDigit) ?? true)
            && !keywords.contains(name.lowercased())
        return isPlain
            ? name : "`\(name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``"))`"
    }

    private static let keywords: Set<String> = [
        "and", "or", "not", "in", "between", "is", "null", "true", "false", "if", "like",
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func names(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        var names: [String] = []
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(byte) {
                var content: [UInt8] = []
                position += 1
                while position < bytes.count {
                    if bytes[position] == byte {
                        guard position + 1 < bytes.count, bytes[position + 1] == byte else { break }
                        position += 1
                    }
                    content.append(bytes[position])
                    position += 1
                }
                position += 1
                if byte == UInt8(ascii: "`") { names.append(String(decoding: content, as: UTF8.self)) }
            } else if isNamePart(byte) || byte >= 0x80 {
                let word = bytes[position...].prefix { isNamePart($0) || $0 >= 0x80 }
                position += word.count
                let name = String(decoding: word, as: UTF8.self)
                let next = bytes[position...].first { $0 != UInt8(ascii: " ") }
                if !isDigit(byte), next != UInt8(ascii: "("), !keywords.contains(name.lowercased()) {
                    names.append(name)
                }
            } else {
                position += 1
            }
        }
        return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
