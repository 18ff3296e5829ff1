import Features
import Columnar

extension RoleSearch {
    /// A rare value is rarer than this.
    private static let rareShare = 0.2

    mutating func decideLabel() {
        var best: (index: Int, score: Int)?
        for index in undecided {
            let score = labelScore(columns[index])
            if score > (best?.score ?? 0) { best = (index, score) }
        }
        if let best {
            decideLabel(best.index, best.score >= 4 ? .high : .medium)
            return
        }
        // The only column with a rare value beside a frequent one is better than none.
        let candidates = undecided.filter { index in
            guard let values = columns[index].twoValues, columns[index].answers != nil else { return false }
            return Double(values[0].count) <= Self.rareShare * Double(columns[index].profile.count)
        }
        guard candidates.count == 1 else { return }
        decideLabel(candidates[0], .low)
        ask(candidates[0], "it is taken for the label only because it has two values, one of them rare")
    }

    mutating func decideGivenLabel(_ index: Int) throws(SchemaProposalError) {
        let column = columns[index]
        // Missing values and a class without rows do not count.
        guard (1...2).contains(column.distinct) else {
            throw .unsuitableLabel(column: column.name, distinct: column.distinct)
        }
        decideLabel(index, .given)
    }

    /// 0 for a column that is no label; 3 and above if its name says so.
    private func labelScore(_ column: ColumnFacts) -> Int {
        let words = column.words
        let letters = words.letters
        let isLabel = letters.count == 1 && RoleWords.label.contains(letters[0])
        let isFraud = words.mentions(RoleWords.fraud)
        guard isLabel || isFraud, !words.contains(RoleWords.fraudDetails), column.time == nil else { return 0 }
        switch column.distinct {
        case 2 where column.twoValues != nil: return (isFraud ? 5 : 4) + (column.answers == nil ? 0 : 1)
        // Data of a time without frauds.
        case 1 where isFraud: return 3
        default: return 0
        }
    }

    private mutating func decideLabel(_ index: Int, _ confidence: ColumnProposal.Confidence) {
        let column = columns[index]
        if column.storage == .boolean {
            decide(index, booleanLabel, confidence, labelReason(column, "true"))
        } else if let answers = column.answers {
            decide(
                index, .label(fraud: [answers.yes], genuine: [answers.no]), confidence,
                labelReason(column, answers.yes), type: textLabelType(column))
            if let rare = column.twoValues?.first, rare.text != answers.yes {
                ask(
                    index,
                    "frauds are \(QuotedText.value(answers.yes)), which is the more frequent value: is it the other way round?"
                )
            }
        } else if let values = column.twoValues {
            decide(
                index, .label(fraud: [values[0].text], genuine: [values[1].text]), confidence,
                labelReason(column, values[0].text), type: textLabelType(column))
            ask(index, "frauds are taken to be \(QuotedText.value(values[0].text)), the rarer value")
        } else {
            decideSingleClass(index)
        }
    }

    private mutating func decideSingleClass(_ index: Int) {
        let column = columns[index]
        guard let value = column.profile.mostFrequent.first?.value.description else { return }
        let pair = RoleWords.answers.first { $0.yes == value.lowercased() || $0.no == value.lowercased() }
        let isFraud = pair.map { $0.yes == value.lowercased() } ?? false
        let other = pair.map { isFraud ? $0.no : $0.yes } ?? "fraud"
        decide(
            index, .label(fraud: [isFraud ? value : other], genuine: [isFraud ? other : value]), .low,
            "named like a label, with one value", type: textLabelType(column))
        ask(index, "every row has the label \(QuotedText.value(value))")
    }

    private var booleanLabel: ColumnRole {
        .label(fraud: SchemaColumnType.standardTrueValues, genuine: SchemaColumnType.standardFalseValues)
    }

    /// The role has the texts of either value, so that a text needs no boolean.
    private func textLabelType(_ column: ColumnFacts) -> SchemaColumnType? {
        column.storage == .text ? .category : nil
    }

    private func labelReason(_ column: ColumnFacts, _ fraud: String) -> String {
        let isNamed = labelScore(column) >= 3
        return "two values\(isNamed ? ", named like a label" : ""); \(QuotedText.value(fraud)) is a fraud"
    }
}
