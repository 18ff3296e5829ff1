/// Builds HTML and SVG text; whatever is not markup goes through ``text(_:)``, which escapes it.
struct Markup {
    private(set) var text = ""

    /// Adds markup as it is.
    mutating func raw(_ markup: String) { text += markup }

    /// Adds plain text, escaped for element contents and quoted attributes; control characters that HTML and XML
    /// forbid become U+FFFD.
    mutating func text(_ plain: String) {
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n": text.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Adds `<name class="...">plain text</name>`.
    mutating func element(_ name: String, class classNames: String? = nil, _ plain: String) {
        text += "<\(name)"
        if let classNames { text += " class=\"\(classNames)\"" }
        text += ">"
        text(plain)
        text += "</\(name)>"
    }
}
