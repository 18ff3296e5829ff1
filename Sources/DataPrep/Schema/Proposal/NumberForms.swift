package import Features
/// Finds the separators of numbers that are written as text.
package enum NumberForms {
    /// The usual ones first: a text that fits several is read by the first.
    private static let candidates: [NumberSeparators] = [
        .standard, NumberSeparators(decimal: ","), NumberSeparators(decimal: ".", thousands: ","),
        NumberSeparators(decimal: ",", thousands: "."), NumberSeparators(decimal: ",", thousands: " "),
        NumberSeparators(decimal: ",", thousands: "\u{A0}"), NumberSeparators(decimal: ",", thousands: "\u{202F}"),
        NumberSeparators(decimal: ".", thousands: "'"), NumberSeparators(decimal: ".", thousands: "\u{2019}"),
        NumberSeparators(decimal: ".", thousands: " "),
    ]

    /// The first separators by which all texts are numbers; nil if there are none, or no text.
    package static func separators(of texts: [String]) -> NumberSeparators? {
        guard !texts.isEmpty else { return nil }
        return candidates.first { separators in texts.allSatisfy { isNumber($0, separators) } }
    }

    /// Whether all texts are whole numbers by these separators.
    static func areWhole(_ texts: [String], _ separators: NumberSeparators) -> Bool {
        texts.allSatisfy { isNumber($0, separators) && !$0.contains(separators.decimal) }
    }

    /// A sign, digits in groups of three or without groups, and a fraction.
    private static func isNumber(_ text: String, _ separators: NumberSeparators) -> Bool {
        var rest = text[...]
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        let parts = rest.split(separator: separators.decimal, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, isDigits(whole, separators.thousands) else { return false }
        return parts.count == 1 || isDigits(parts[1], nil)
    }

    private static func isDigits(_ text: Substring, _ separator: Character?) -> Bool {
        func areDigits(_ text: Substring) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        }
        guard let separator, text.contains(separator) else { return areDigits(text) }
        let groups = text.split(separator: separator, omittingEmptySubsequences: false)
        return groups.allSatisfy(areDigits) && groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }
    }
}
