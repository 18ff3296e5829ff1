/// Makes names of features that are unique in a plan, and no column's, whatever the columns are called.
struct FeatureNames {
    /// Without case, as some databases compare them.
    private var taken: Set<String>

    init(_ schema: TransactionSchema) { taken = Set(schema.columns.map { $0.name.lowercased() }) }

    /// The name of the feature that is that column.
    mutating func column(_ name: String) -> String { FeatureNames.word(name) == name ? name : unique([name]) }

    /// The parts joined with `_`; with a number after it if there is such a name.
    mutating func unique(_ parts: [String]) -> String {
        let name = parts.map(FeatureNames.word).joined(separator: "_")
        var candidate = name
        var number = 1
        while !taken.insert(candidate.lowercased()).inserted {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }

    /// Letters and digits of any script as they are; each run of other characters becomes one `_`.
    private static func word(_ text: String) -> String {
        var word = ""
        for character in text.prefix(60) {
            if character.isLetter || character.isNumber {
                word.append(character)
            } else if word.last != "_" {
                word.append("_")
            }
        }
        let trimmed = word.drop { $0 == "_" }
        let end = trimmed.lastIndex { $0 != "_" }.map { trimmed[...$0] } ?? ""
        return end.isEmpty ? "column" : String(end)
    }
}
