import Features
import Columnar
import Essentials
import ReportKit

extension SchemaProposal {
    /// The proposal as a table for a terminal, beside what a profile says of the columns; then fraud rate, time span and findings of the
    /// profile, and questions.
    /// - Parameter profile: The one that the proposal is of, best of a pass with ``DataProfileRequest/init(_:amountIsText:)``.
    public func describe(_ profile: DataProfile) -> String {
        let files = profile.files == 1 ? "1 file" : "\(ReadableNumber.count(profile.files)) files"
        var lines = [
            "\(profile.location): \(ReadableNumber.count(profile.rows)) rows, "
                + "\(ReadableNumber.count(profile.columns.count)) columns, \(files) of \(profile.format), "
                + ReadableNumber.bytes(profile.bytes), "",
        ]
        let rows = columns.map { column in cells(column, profile.column(named: column.name)) }
        lines += AlignedText.lines([Self.titles] + rows, rightAligned: Self.numericCells)
        lines += section(facts(profile))
        lines += section(profile.findings.map { [$0.severity.rawValue, $0.column ?? "", $0.text] })
        lines += section(questions.map { ["question", $0.column ?? "", $0.text] })
        return lines.joined(separator: "\n")
    }

    private func section(_ rows: [[String]]) -> [String] { rows.isEmpty ? [] : [""] + AlignedText.lines(rows) }

    // MARK: Columns

    private static let titles = ["column", "role", "sure", "type", "missing", "distinct", "range", "because"]
    private static let numericCells: Set<Int> = [4, 5]

    private func cells(_ column: ColumnProposal, _ profile: ColumnProfile?) -> [String] {
        let missing = profile.map { $0.missing == 0 ? "" : ReadableNumber.percent($0.missingShare, 1) }
        return [
            column.name.isEmpty ? "(no name)" : column.name, Self.text(column.column.role), column.confidence.rawValue,
            Self.text(column.column.type), missing ?? "", profile?.distinct.text ?? "", Self.range(profile),
            column.reason,
        ]
    }

    private static func text(_ role: ColumnRole) -> String {
        switch role {
        case .latitude(let point), .longitude(let point): "\(role.kind.rawValue) of \(point)"
        case .id, .time, .amount, .label, .key, .attribute, .knownAt, .ignored: role.kind.rawValue
        }
    }

    private static func text(_ type: SchemaColumnType) -> String {
        switch type {
        case .timestamp(let format, let timeZone):
            "\(type.kind.rawValue) \(format)\(timeZone.map { " \($0)" } ?? "")"
        case .relativeTime(let unit, _): unit.rawValue
        case .integer(_, let separators), .float(let separators):
            separators == .standard
                ? type.kind.rawValue
                : "\(type.kind.rawValue) \(separators.thousands.map { "1\($0)234" } ?? "1234")\(separators.decimal)5"
        case .boolean(let trueValues, let falseValues):
            trueValues.count == 1 && falseValues.count == 1
                ? "\(type.kind.rawValue) \(trueValues[0])/\(falseValues[0])" : type.kind.rawValue
        case .text, .category: type.kind.rawValue
        }
    }

    /// Bounds of numbers and times; frequent values of others.
    private static func range(_ profile: ColumnProfile?) -> String {
        guard let profile else { return "" }
        if let minimum = profile.minimum, let maximum = profile.maximum, profile.trueCount == nil {
            return "\(bound(minimum)) to \(bound(maximum))"
        }
        guard let first = profile.mostFrequent.first, first.count > 1 else { return "" }
        let shown = profile.mostFrequent.prefix(2).map(\.value.shortText).joined(separator: ", ")
        return profile.distinct.count > 2 ? "\(shown), …" : shown
    }

    /// Times have no quotes.
    private static func bound(_ value: ProfileValue) -> String {
        if case .text(let time) = value { time } else { value.shortText }
    }

    // MARK: The table as a whole

    private func facts(_ profile: DataProfile) -> [[String]] {
        var facts: [[String]] = []
        if let label = profile.label {
            facts.append(
                [
                    "fraud rate",
                    "\(ReadableNumber.percent(label.fraudRate, 3)), \(ReadableNumber.count(label.frauds)) frauds",
                ])
        }
        if let time = profile.time, let first = time.first, let last = time.last {
            facts.append([
                "time span", Self.span(time, first, last, isRelative: schema.column(.time)?.type.kind == .relativeTime),
            ])
        }
        if let id = profile.id {
            facts.append(["repeated ids", (id.isExact ? "" : "about ") + ReadableNumber.count(id.repeated)])
        }
        return facts
    }

    /// Without the dates that an unknown origin makes up.
    private static func span(_ time: TimeProfile, _ first: String, _ last: String, isRelative: Bool) -> String {
        let days = "\(ReadableNumber.count(time.days.count)) days with rows"
        guard !isRelative else { return "\((time.seconds / 86_400).text(decimals: 1)) days, \(days)" }
        return "\(first) to \(last), \(days)"
    }
}
