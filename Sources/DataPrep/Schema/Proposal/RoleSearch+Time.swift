import Features
import Columnar

extension RoleSearch {
    /// Numbers that are seconds since 1970 in the years 1990 to 2100, and their multiples.
    private static let unixForms: [(format: TimeFormat, range: ClosedRange<Double>)] = [
        (.unixSeconds, 6.3e8...4.1e9), (.unixMilliseconds, 6.3e11...4.1e12), (.unixMicroseconds, 6.3e14...4.1e15),
    ]
    private static let packedFormats = ["yyyyMMdd", "yyyyMMddHHmmss", "yyyyMMddHHmm"].compactMap {
        try? TimeFormat($0)
    }
    /// Up to this span, a count of units without a name is in hours: a year has fewer than 9,000.
    private static let hoursSpan = 10_000.0
    /// A century in seconds: a longer span is in milliseconds.
    private static let secondsSpan = 3.2e9
    private static let origin = CivilDateTime(year: 1970, month: 1, day: 1)

    private static let daysQuestion =
        "it has no time of day, so that rows of a day have no order: is that in another column?"

    /// How a column is the time.
    private struct Form {
        var type: SchemaColumnType
        var reason: String
        /// 2 for numbers of a unit, 3 for dates and numbers since 1970, 4 for a date with a time of day.
        var rank: Int
        var question: String?
    }

    mutating func decideTime() throws(SchemaProposalError) {
        var best: (index: Int, score: Int)?
        for index in undecided {
            let score = timeScore(columns[index])
            if score > (best?.score ?? 0) { best = (index, score) }
        }
        guard let index = best?.index ?? onlyAscendingColumn else { return }
        try decideTime(index)
    }

    /// Makes a column the time.
    /// - Throws: if its values cannot be read as times.
    mutating func decideTime(_ index: Int) throws(SchemaProposalError) {
        let column = columns[index]
        let form: Form
        if let given = overrides.timeForm {
            form = try givenForm(column, given)
        } else if let found = timeForm(column, isNamed: true) {
            form = found
        } else {
            throw .unreadableTimes(column: column.name, example: column.exampleTexts.first)
        }
        let isNamed = nameScore(column) > 0
        let order = column.ascends ? ", in order" : column.profile.order == .descending ? ", newest first" : ""
        decide(
            index, .time, isNamed ? form.question == nil ? .high : .medium : form.rank >= 3 ? .medium : .low,
            form.reason + (form.rank == 2 ? "" : order), type: form.type)
        if let question = form.question { ask(index, question) }
    }

    // MARK: Choosing

    /// 0 for a column that is not the time.
    private func timeScore(_ column: ColumnFacts) -> Int {
        let name = nameScore(column)
        guard name >= 0, !column.isEmpty, !column.profile.isConstant,
            let form = timeForm(column, isNamed: name > 0)
        else { return 0 }
        return form.rank + name + (column.ascends ? 2 : column.profile.order == .descending ? 1 : 0)
    }

    /// -1 for another time than that of the transaction.
    private func nameScore(_ column: ColumnFacts) -> Int {
        let words = column.words
        guard !words.contains(RoleWords.otherTime) else { return -1 }
        var score = words.mentions(RoleWords.time) ? 2 : words.mentions(RoleWords.date) ? 1 : 0
        if words.contains(RoleWords.unixTime) { score = max(score, 1) }
        return score > 0 && words.mentions(RoleWords.transaction) ? score + 1 : score
    }

    /// The only number that does not descend and is not unique, from near 0: rows of equal time follow one another.
    private var onlyAscendingColumn: Int? {
        let candidates = undecided.filter { index in
            let column = columns[index]
            guard column.isNumber, column.ascends, !column.countsRows, column.distinct > 20, let range = column.range
            else { return false }
            return (0...1).contains(range.lowerBound) && !column.isUnique
        }
        return candidates.count == 1 ? candidates[0] : nil
    }

    // MARK: Forms

    /// - Parameter isNamed: Whether the name is that of a time: numbers are one only then.
    private func timeForm(_ column: ColumnFacts, isNamed: Bool) -> Form? {
        switch column.storage {
        case .timestamp:
            return Form(type: column.type(for: .time), reason: "dates with a time of day", rank: 4)
        case .date: return Form(type: column.type(for: .time), reason: "dates", rank: 3, question: Self.daysQuestion)
        case .text:
            guard let match = givenMatch(column) ?? column.time else { return nil }
            return Form(
                type: .timestamp(format: match.format), reason: match.reason, rank: match.format.hasTimeOfDay ? 4 : 3,
                question: match.alternative.map { other in
                    "the texts fit \(match.format) and \(other): the first is taken; which is it?"
                } ?? (match.format.hasTimeOfDay ? nil : Self.daysQuestion))
        case .integer, .float:
            guard isNamed, let range = column.range else { return nil }
            return pointForm(column, range) ?? relativeForm(column, range)
        case .boolean, .binary: return nil
        }
    }

    /// A format that is given without a column finds the column.
    private func givenMatch(_ column: ColumnFacts) -> TimeTextMatch? {
        guard case .format(let format) = overrides.timeForm else { return nil }
        return TimeTextMatch(column.profile.sampledTexts, format: format)
    }

    /// Numbers that are points in time.
    private func pointForm(_ column: ColumnFacts, _ range: ClosedRange<Double>) -> Form? {
        for (format, years) in Self.unixForms
        where years.contains(range.lowerBound) && years.contains(range.upperBound) {
            return Form(type: .timestamp(format: format), reason: "numbers in the range of \(format)", rank: 3)
        }
        guard column.storage == .integer else { return nil }
        for format in Self.packedFormats {
            guard let match = TimeTextMatch(column.exampleTexts, format: format), match.matched == match.tried else {
                continue
            }
            return Form(
                type: .timestamp(format: format), reason: "numbers in the form of \(format)",
                rank: format.hasTimeOfDay ? 4 : 3)
        }
        return nil
    }

    /// Numbers of units since an unknown origin.
    private func relativeForm(_ column: ColumnFacts, _ range: ClosedRange<Double>) -> Form? {
        guard column.ascends || column.profile.order == .descending, range.lowerBound >= 0 else { return nil }
        let span = range.upperBound - range.lowerBound
        let named = RoleWords.units.first { column.words.contains($0.1) }?.0
        let unit: RelativeTimeUnit =
            named ?? (span <= Self.hoursSpan ? .hours : span <= Self.secondsSpan ? .seconds : .milliseconds)
        return Form(
            type: .relativeTime(unit: unit, origin: Self.origin),
            reason: "in order, \(named == nil ? "by its span" : "named for") \(unit.rawValue) since an unknown origin: "
                + "only differences count",
            rank: 2, question: named == nil ? "is its unit \(unit.rawValue), as its span suggests?" : nil)
    }

    private func givenForm(
        _ column: ColumnFacts, _ given: SchemaOverrides.TimeForm
    ) throws(SchemaProposalError) -> Form {
        let example = column.exampleTexts.first
        switch given {
        case .relative(let unit):
            guard column.isNumber else {
                throw .unsuitableTimeFormat(column: column.name, format: unit.rawValue, example: example)
            }
            return Form(
                type: .relativeTime(unit: unit, origin: Self.origin),
                reason: "\(unit.rawValue) since an unknown origin: only differences count", rank: 2)
        case .format(let format):
            switch column.storage {
            // They are read already.
            case .timestamp, .date: return Form(type: column.type(for: .time), reason: "times already", rank: 4)
            case .boolean, .integer, .float, .text, .binary: break
            }
            guard let match = TimeTextMatch(column.exampleTexts, format: format) else {
                throw .unsuitableTimeFormat(column: column.name, format: format.text, example: example)
            }
            return Form(
                type: .timestamp(format: format), reason: match.reason, rank: format.hasTimeOfDay ? 4 : 3,
                question: match.matched < match.tried
                    ? "only \(match.matched) of \(match.tried) sampled texts fit \(format)" : nil)
        }
    }

    /// Other numbers named like a time, in the same order, say the same again.
    mutating func ignoreOtherTimes() {
        guard let time = decisions.first(where: { $0.value.role == .time })?.key else { return }
        for index in undecided {
            let column = columns[index]
            guard column.isNumber, nameScore(column) > 0, timeForm(column, isNamed: true) != nil,
                column.ascends || column.words.contains(RoleWords.unixTime)
            else { continue }
            decide(index, .ignored, .medium, "a time again, beside \(QuotedText.value(columns[time].name))")
        }
    }
}
