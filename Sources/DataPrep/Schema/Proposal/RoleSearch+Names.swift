import Features
import Columnar

extension RoleSearch {
    /// With fewer different values, only a name that says nothing else makes a key.
    private static let minimumKeys = 20
    /// A key with more rows without one has no history worth keeping.
    private static let maximumMissing = 0.2
    private static let minimumRowsPerKey = 2.0
    /// Keys that are only guessed by their values.
    private static let guesses = 2

    // MARK: Ids

    mutating func decideID() {
        var best: (index: Int, score: Int)?
        for index in undecided where columns[index].isNominal {
            let score = idScore(columns[index])
            if score > (best?.score ?? 0) { best = (index, score) }
        }
        guard let best else { return }
        let column = columns[best.index]
        let reason = uniqueness(column)
        guard column.isUnique else {
            decide(best.index, .id, .medium, "named like the id of a transaction: \(reason)")
            ask(best.index, "ids repeat: is there another id, or are rows duplicates?")
            return
        }
        decide(best.index, .id, best.score >= 4 ? .high : .medium, reason)
    }

    /// 0 for a column that is no id.
    private func idScore(_ column: ColumnFacts) -> Int {
        let words = column.words
        guard !isNamedLikeKey(column) else { return 0 }
        let isOfTransaction = words.mentions(RoleWords.transaction)
        let isIdentifier = words.contains(RoleWords.identifier) || words.words.contains { $0.hasSuffix("id") }
        let isExact = words.letters.count == 1 && isIdentifier
        let isNamed = isOfTransaction && (isIdentifier || words.words.count == 1 || hasNumberSuffix(words)) || isExact
        if column.isUnique {
            if isNamed { return isOfTransaction ? 6 : 5 }
            if isIdentifier { return 3 }
            // Hexadecimal digits that never repeat are made to identify.
            return column.storage == .text && column.profile.text?.hexadecimals ?? 0 > 0.95 ? 2 : column.isWord ? 1 : 0
        }
        // Some rows are duplicates.
        return isNamed && isOfTransaction && Double(column.distinct) >= 0.5 * Double(column.profile.count) ? 1 : 0
    }

    /// As in `Transaktionsnummer`.
    private func hasNumberSuffix(_ words: ColumnWords) -> Bool {
        words.words.contains { word in word.hasSuffix("nummer") || word.hasSuffix("number") }
    }

    // MARK: Keys

    mutating func decideKeys() {
        let candidates = undecided.filter { isNamedLikeKey(columns[$0]) }
        for index in candidates {
            let column = columns[index]
            if let other = betterRelative(of: index, in: candidates) {
                decide(
                    index, .attribute, .medium,
                    "\(distinctText(column)); \(QuotedText.value(columns[other].name)) is the better key")
                continue
            }
            if column.profile.missingShare > Self.maximumMissing {
                ask(index, "it is named like a key, but many rows have no value: it is an attribute")
            } else if column.rowsPerValue >= Self.minimumRowsPerKey {
                decide(index, .key, .high, "named like a key: \(cardinality(column))")
            } else {
                decide(index, .key, .medium, "named like a key, though few values repeat: \(cardinality(column))")
            }
        }
        guard !hasRole(.key) else { return }
        guessKeys()
    }

    /// Of `card1` to `card6`, the column with the most different values is the key, of those with values in most rows.
    private func betterRelative(of index: Int, in candidates: [Int]) -> Int? {
        let letters = columns[index].words.letters
        guard letters.count < columns[index].words.words.count else { return nil }
        let relatives = candidates.filter { columns[$0].words.letters == letters }
        func rank(_ index: Int) -> (Int, Int, Int) {
            (columns[index].profile.missingShare <= Self.maximumMissing ? 1 : 0, columns[index].distinct, -index)
        }
        let best = relatives.max { rank($0) < rank($1) }
        return best == index ? nil : best
    }

    /// Texts and long numbers of which there are many, each in several rows, are better than no key.
    private mutating func guessKeys() {
        let candidates = undecided.filter { index in
            let column = columns[index]
            guard column.isNominal, !column.words.contains(RoleWords.property),
                !column.words.contains(RoleWords.code),
                column.distinct > Self.minimumKeys, column.rowsPerValue >= Self.minimumRowsPerKey,
                column.profile.missingShare <= Self.maximumMissing
            else { return false }
            return column.storage == .text || column.range.map { $0.lowerBound >= 1_000 } ?? false
        }
        for index in candidates.sorted(by: { columns[$0].distinct > columns[$1].distinct }).prefix(Self.guesses) {
            decide(index, .key, .low, cardinality(columns[index]))
            ask(index, "it is taken for a key only because its values repeat: does it name someone or something?")
        }
    }

    /// Whether the name is that of someone or something with a history, and values suit it.
    private func isNamedLikeKey(_ column: ColumnFacts) -> Bool {
        let words = column.words
        let isWhole = column.storage == .float && column.profile.numbers?.areWhole == true
        guard column.isNominal || isWhole, words.mentions(RoleWords.key),
            !words.contains(RoleWords.property) || isNameOf(words),
            !words.mentions(["balance", "amount"]), column.distinct > 1
        else { return false }
        if column.distinct > Self.minimumKeys { return true }
        // A few customers are a small sample; `card4` with four values is a kind of card.
        let isNumbered = words.words.last?.first?.isNumber == true
        let says = RoleWords.key.union(RoleWords.identifier)
        return !isNumbered && words.letters.allSatisfy { ColumnWords.mentions($0, says) }
    }

    /// `nameOrig`, but not `card_type`: a name stands for who has it.
    private func isNameOf(_ words: ColumnWords) -> Bool {
        words.words.filter(RoleWords.property.contains).allSatisfy { $0 == "name" }
    }
}

extension ColumnFacts {
    /// A longer text is no id.
    private static let longestWord = 64

    /// Whether values are short texts without blanks.
    fileprivate var isWord: Bool {
        guard storage == .text, let longest = profile.text?.longest, longest <= Self.longestWord else { return false }
        return !profile.sampledTexts.contains { $0.contains(where: \.isWhitespace) }
    }
}
