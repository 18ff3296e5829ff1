/// The words of a column's name: `trans_date`, `transDate` and `TransDATE` are `trans` and `date`.
package struct ColumnWords: Sendable {
    /// In lower case. Digits are words of their own.
    package let words: [String]

    package init(_ name: String) {
        var words: [String] = []
        var word = ""
        var previous: Character = " "
        let characters = Array(name)
        for (index, character) in characters.enumerated() {
            let isPart = character.isLetter || character.isNumber
            let startsLower = index + 1 < characters.count && characters[index + 1].isLowercase
            let startsWord =
                previous.isLowercase && character.isUppercase || previous.isNumber != character.isNumber
                || previous.isUppercase && character.isUppercase && startsLower
            if !isPart || startsWord, !word.isEmpty {
                words.append(word.lowercased())
                word = ""
            }
            if isPart { word.append(character) }
            previous = character
        }
        if !word.isEmpty { words.append(word.lowercased()) }
        self.words = words
    }

    /// The words without those that are digits.
    var letters: [String] { words.filter { $0.first?.isNumber != true } }

    /// Whether a word is one of them.
    func contains(_ candidates: Set<String>) -> Bool { words.contains(where: candidates.contains) }

    /// Whether a word is one of them, or begins or ends with one of at least four letters, as in `customerid` and
    /// `Buchungsdatum`.
    package func mentions(_ roots: Set<String>) -> Bool {
        words.contains { word in Self.mentions(word, roots) }
    }

    static func mentions(_ word: String, _ roots: Set<String>) -> Bool {
        roots.contains(word)
            || roots.contains { $0.count >= 4 && (word.hasPrefix($0) || word.hasSuffix($0)) }
    }
}
