import Features
import Columnar
import Essentials

/// Gives each column of a profile a role: decisions that are made already first, then roles of which there is one, then the rest.
struct RoleSearch {
    /// A role with what is said about it.
    struct Decision {
        var role: ColumnRole
        var reason: String
        var confidence: ColumnProposal.Confidence
    }

    let columns: [ColumnFacts]
    let findings: [DataFinding]
    let overrides: ResolvedOverrides
    private(set) var decisions: [Int: Decision] = [:]
    /// Types that do not follow from the values alone.
    private var types: [Int: SchemaColumnType] = [:]
    private(set) var questions: [SchemaQuestion] = []

    init(_ profile: DataProfile, overrides: ResolvedOverrides) {
        columns = profile.columns.map { ColumnFacts($0) }
        findings = profile.findings
        self.overrides = overrides
    }

    mutating func run() throws(SchemaProposalError) {
        decideExcluded()
        try decideGiven()
        decideRowNumbers()
        if overrides.index(.label) == nil { decideLabel() }
        decideWithoutValues()
        if overrides.index(.time) == nil { try decideTime() }
        ignoreOtherTimes()
        decidePoints()
        if overrides.index(.amount) == nil { decideAmount() }
        if overrides.index(.id) == nil { decideID() }
        decideAftermath()
        decideLeaks()
        if !overrides.roles.values.contains(.key) { decideKeys() }
        decideAttributes()
        askForMissingRoles()
    }

    /// The columns without a role so far, in order.
    var undecided: [Int] { columns.indices.filter { decisions[$0] == nil } }

    /// Whether a column with that role was found.
    func hasRole(_ role: ColumnRole.Kind) -> Bool { decisions.values.contains { $0.role.kind == role } }

    mutating func decide(
        _ index: Int, _ role: ColumnRole, _ confidence: ColumnProposal.Confidence, _ reason: String,
        type: SchemaColumnType? = nil
    ) {
        let isGiven = overrides.roles[index] != nil
        let reason = isGiven ? reason.isEmpty ? "given" : "given; \(reason)" : reason
        decisions[index] = Decision(role: role, reason: reason, confidence: isGiven ? .given : confidence)
        types[index] = type
    }

    mutating func ask(_ index: Int?, _ text: String) {
        questions.append(SchemaQuestion(column: index.map { columns[$0].name }, text: text))
    }

    // MARK: Decisions that are made already

    private mutating func decideExcluded() {
        for (index, role) in overrides.roles where role == .ignored { decide(index, .ignored, .given, "") }
    }

    private mutating func decideGiven() throws(SchemaProposalError) {
        if let index = overrides.index(.label) { try decideGivenLabel(index) }
        if let index = overrides.index(.time) { try decideTime(index) }
        if let index = overrides.index(.amount) {
            let column = columns[index]
            guard column.isNumeric else {
                throw .amountsNotNumbers(column: column.name, example: column.exampleTexts.first)
            }
            decide(index, .amount, .given, "")
        }
        if let index = overrides.index(.id) { decide(index, .id, .given, uniqueness(columns[index])) }
        for (index, role) in overrides.roles where role == .key {
            decide(index, .key, .given, cardinality(columns[index]))
        }
    }

    // MARK: Columns that say nothing

    private mutating func decideRowNumbers() {
        for index in undecided where columns[index].countsRows {
            let column = columns[index]
            let isNamedSo =
                column.words.letters.allSatisfy(RoleWords.rowNumber.contains)
                || column.words.words == ["index", "level", "0"]
            if isNamedSo { decide(index, .ignored, .high, "counts the rows") }
        }
        for index in undecided where columns[index].name.isEmpty {
            decide(index, .ignored, .medium, "has no name")
        }
    }

    private mutating func decideWithoutValues() {
        for index in undecided {
            let column = columns[index]
            if column.isEmpty {
                decide(index, .ignored, .high, "no row has a value")
            } else if column.profile.isConstant, let value = column.profile.mostFrequent.first?.value {
                decide(index, .ignored, .high, "every row has the value \(value.shortText)")
            }
        }
    }

    // MARK: Columns that know too much

    private mutating func decideAftermath() {
        guard hasRole(.label) else { return }
        for index in undecided {
            let words = columns[index].words
            if words.mentions(RoleWords.fraud) || words.contains(RoleWords.aftermath) {
                decide(
                    index, .ignored, .medium,
                    "named after frauds: it may be known only once they are, or be another system's answer")
            }
        }
    }

    private mutating func decideLeaks() {
        let leaks = Set(findings.filter { $0.kind == .labelLeak }.compactMap(\.column))
        for index in undecided where leaks.contains(columns[index].name) {
            decide(index, .ignored, .high, "gives the label away")
        }
    }

    // MARK: The rest

    private mutating func decideAttributes() {
        for index in undecided {
            let column = columns[index]
            if column.storage == .binary {
                decide(index, .ignored, .medium, "bytes that are not text")
                continue
            }
            let reason: String
            var type: SchemaColumnType?
            if let time = column.time {
                reason = time.reason
            } else if column.storage == .integer, column.words.contains(RoleWords.code) {
                reason = "whole numbers, named like a code: \(distinctText(column))"
                type = .category
            } else {
                reason = attributeReason(column)
            }
            decide(index, .attribute, .high, reason, type: type)
        }
    }

    private func attributeReason(_ column: ColumnFacts) -> String {
        switch column.storage {
        case .boolean: "two values"
        case .integer: "whole numbers, \(distinctText(column))"
        case .float: column.profile.numbers?.areWhole == true ? "whole numbers with a point" : "numbers"
        case .date: "dates"
        case .timestamp: "times"
        case .binary: "bytes"
        case .text:
            if let separators = column.separators {
                "numbers with a decimal \(QuotedText.value(String(separators.decimal)))"
            } else {
                "texts, \(distinctText(column))"
            }
        }
    }

    private mutating func askForMissingRoles() {
        if !hasRole(.label) { ask(nil, "no column looks like a label: without one, no model can be trained") }
        if !hasRole(.time) { ask(nil, "no column looks like a time: without one, there is no history") }
        if !hasRole(.amount) { ask(nil, "no column looks like an amount") }
    }

    // MARK: What is said

    func distinctText(_ column: ColumnFacts) -> String {
        column.distinct == 1
            ? "1 distinct" : "\(column.profile.distinct.isExact ? "" : "about ")\(column.distinct) distinct"
    }

    func uniqueness(_ column: ColumnFacts) -> String {
        if column.profile.distinct.isExact, column.distinct == column.profile.count { return "every value occurs once" }
        return column.isUnique
            ? "nearly every value occurs once" : "\(distinctText(column)) in \(column.profile.count) rows"
    }

    func cardinality(_ column: ColumnFacts) -> String {
        "\(distinctText(column)), \(column.rowsPerValue.text(decimals: column.rowsPerValue < 10 ? 1 : 0)) rows each"
    }

    // MARK: The result

    /// Every column.
    var proposals: [ColumnProposal] {
        var proposals: [ColumnProposal] = []
        for index in columns.indices {
            guard let decision = decisions[index] else { continue }
            proposals.append(
                ColumnProposal(
                    name: columns[index].name, column: schemaColumn(index, decision), reason: decision.reason,
                    confidence: decision.confidence))
        }
        return proposals
    }

    /// Columns with names that are different without case; where two are not, the one with a role counts.
    var schemaColumns: [SchemaColumn] {
        let all = proposals.map(\.column).filter { !$0.name.isEmpty }
        var names: Set<String> = []
        let distinguished = all.filter { ![.attribute, .ignored].contains($0.role.kind) }
        for column in distinguished { names.insert(column.name.lowercased()) }
        return all.filter { column in
            ![.attribute, .ignored].contains(column.role.kind) || names.insert(column.name.lowercased()).inserted
        }
    }

    private func schemaColumn(_ index: Int, _ decision: Decision) -> SchemaColumn {
        let facts = columns[index]
        let type = types[index] ?? facts.type(for: decision.role.kind)
        var column = SchemaColumn(facts.name, type, role: decision.role, missingMarkers: facts.missingMarkers)
        switch decision.role.kind {
        case .amount where facts.profile.numbers?.negatives == 0: column.minimum = 0
        case .latitude: (column.minimum, column.maximum) = (-90, 90)
        case .longitude: (column.minimum, column.maximum) = (-180, 180)
        default: break
        }
        return column
    }
}
