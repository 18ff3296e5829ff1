import Columnar
import Essentials
import ReportKit

extension ProfileValue {
    /// The value for a table or a sentence: texts in quotes, shortened and escaped.
    var shortText: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): ReadableNumber.compact(value, significant: 5)
        case .boolean(let value): "\(value)"
        case .text(let value): QuotedText.value(value, limit: 24)
        }
    }
}

extension DistinctCount {
    /// The number, marked if it is an estimate.
    var text: String { (isExact ? "" : "~") + ReadableNumber.count(count) }
}

extension ColumnProfile {
    /// The titles of ``cells``.
    static let cellTitles = ["Column", "Type", "Missing", "Distinct", "Min", "Median", "Max", "Most frequent"]
    /// The positions of ``cells`` with numbers.
    static let numericCells: Set<Int> = [2, 3, 4, 5, 6]

    /// The row of a table of columns.
    var cells: [String] {
        [
            name, type, missing == 0 ? "" : ReadableNumber.percent(missingShare, 2), distinct.text,
            Self.rangeText(minimum), Self.rangeText(quantile(0.5)), Self.rangeText(maximum), frequentText,
        ]
    }

    /// A bound or quantile: times have no quotes.
    private static func rangeText(_ value: ProfileValue?) -> String {
        guard let value else { return "" }
        return if case .text(let time) = value { time } else { value.shortText }
    }

    /// The first of the most frequent values; none if every value is different.
    private var frequentText: String {
        guard let first = mostFrequent.first, first.count > 1 || distinct.count <= 3 else { return "" }
        return mostFrequent.prefix(3).map { "\($0.value.shortText) \(ReadableNumber.count($0.count))" }
            .joined(separator: ", ")
    }
}

extension DataProfile {
    /// The profile as a table for a terminal.
    public func describe() -> String {
        let fileText = files == 1 ? "1 file" : "\(files) files"
        var lines = [
            "\(location): \(ReadableNumber.count(rows)) rows, \(columns.count) columns, \(fileText) of \(format), "
                + ReadableNumber.bytes(bytes)
        ]
        lines += roleLines
        lines.append("")
        lines += AlignedText.lines(
            [ColumnProfile.cellTitles.map { $0.lowercased() }] + columns.map(\.cells),
            rightAligned: ColumnProfile.numericCells)
        if !findings.isEmpty {
            lines.append("")
            lines += AlignedText.lines(findings.map { [$0.severity.rawValue, $0.column ?? "", $0.text] })
        }
        return lines.joined(separator: "\n")
    }

    private var roleLines: [String] {
        var lines: [String] = []
        if let label {
            lines.append(
                "label   \(label.column): \(ReadableNumber.count(label.frauds)) frauds, "
                    + ReadableNumber.percent(label.fraudRate, 3))
        }
        if let time, let first = time.first, let last = time.last {
            lines.append(
                "time    \(time.column): \(first) to \(last), \(ReadableNumber.count(time.days.count)) days with rows")
        }
        if let amount {
            for (name, quantiles) in [("frauds", amount.fraud), ("genuine", amount.genuine)] where !quantiles.isEmpty {
                let values = quantiles.map { "\(ReadableNumber.percent($0.share, 0)) \($0.value.shortText)" }
                lines.append("amount  \(amount.column) of \(name): \(values.joined(separator: ", "))")
            }
        }
        if let id {
            lines.append(
                "id      \(id.column): \(id.isExact ? "" : "about ")\(ReadableNumber.count(id.repeated)) repeated")
        }
        return lines
    }
}
