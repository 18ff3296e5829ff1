import Essentials

/// Finds what looks wrong in a profile.
struct FindingSearch {
    let profile: DataProfile
    let request: DataProfileRequest
    /// Why columns cannot be read, by name.
    let unavailable: [String: String]
    /// How well columns tell the classes apart, as a ROC AUC.
    let separations: [(column: String, area: Double)]

    /// The share of missing or equal values from which a column says little.
    private static let dominance = 0.95
    private static let mixedShare = 0.01
    private static let extremeRatio = 1e6
    private static let leakArea = 0.99
    private static let gapRatio = 10

    /// The most severe first, else in the order of the columns.
    var findings: [DataFinding] {
        if profile.rows == 0 { return [DataFinding(.noRows, .error, "there are no rows")] + unavailableColumns }
        let all =
            unavailableColumns + labelFindings + leaks + timeFindings + idFindings + amountFindings
            + profile.columns.flatMap(columnFindings)
        return [.error, .warning, .note].flatMap { severity in all.filter { $0.severity == severity } }
    }

    private var unavailableColumns: [DataFinding] {
        unavailable.sorted { $0.key < $1.key }.map { name, reason in
            DataFinding(.unavailableColumn, .warning, column: name, "it was left out: \(reason)")
        }
    }

    // MARK: Any column

    private func columnFindings(_ column: ColumnProfile) -> [DataFinding] {
        var findings: [DataFinding] = []
        func add(_ kind: DataFinding.Kind, _ severity: DataFinding.Severity, _ text: String) {
            findings.append(DataFinding(kind, severity, column: column.name, text))
        }
        let isLabel = column.name == request.label?.column
        if column.isConstant {
            if !isLabel, let value = column.mostFrequent.first?.value {
                add(.constantColumn, .warning, "all rows have the value \(value.shortText)")
            }
        } else if column.missingShare > Self.dominance {
            add(.mostlyMissing, .warning, "\(percent(column.missingShare)) of the rows have no value")
        } else if !isLabel, let first = column.mostFrequent.first, column.distinct.count > 1,
            Double(first.count) > Self.dominance * Double(column.count)
        {
            let share = Double(first.count) / Double(column.count)
            add(.dominantValue, .note, "\(percent(share)) of the values are \(first.value.shortText)")
        }
        if let text = column.text {
            let share = text.numberShare
            // Rounding of the sum of shares must not make the last text.
            if share >= Self.mixedShare, share < 1 - 1e-12, text.hexadecimals < Self.dominance {
                add(.mixedText, .warning, "\(percent(share)) of the texts are numbers")
            }
            if text.malformed > 0, column.type != "binary" {
                add(.invalidUTF8, .error, "\(text.malformed) texts are not valid UTF-8")
            }
        }
        if let text = extremes(column) { add(.extremeValues, .warning, text) }
        return findings
    }

    private func extremes(_ column: ColumnProfile) -> String? {
        guard let numbers = column.numbers else { return nil }
        if numbers.infinities > 0 { return "\(numbers.infinities) values are infinite" }
        guard let lower = column.quantile(0.25)?.double, let median = column.quantile(0.5)?.double,
            let upper = column.quantile(0.75)?.double
        else { return nil }
        // The median of values around 0 says nothing of their size.
        let usual = max(abs(median), upper - lower)
        let farthest = [column.minimum, column.maximum].compactMap { $0 }.max {
            abs($0.double ?? 0) < abs($1.double ?? 0)
        }
        guard let farthest, usual > 0, abs(farthest.double ?? 0) > Self.extremeRatio * usual else { return nil }
        return "\(farthest.shortText) is more than a million times the median"
    }

    // MARK: Columns with a meaning

    private var labelFindings: [DataFinding] {
        guard let label = profile.label else { return [] }
        var findings: [DataFinding] = []
        func add(_ kind: DataFinding.Kind, _ severity: DataFinding.Severity, _ text: String) {
            findings.append(DataFinding(kind, severity, column: label.column, text))
        }
        if label.frauds == 0 || label.frauds == label.rows {
            let which = label.frauds == 0 ? "no row is a fraud" : "every row is a fraud"
            add(.singleClass, .error, "\(which): frauds have the value \(label.fraudValues.joined(separator: " or "))")
        }
        if let distinct = profile.column(named: label.column)?.distinct, distinct.count > 2 {
            let values = label.values.prefix(5).map(\.value.shortText).joined(separator: ", ")
            add(.labelValues, .warning, "it has \(distinct.text) values: \(values)\(distinct.count > 5 ? ", ..." : "")")
        }
        if label.missing > 0 { add(.missingLabels, .note, "\(label.missing) rows have no label") }
        return findings
    }

    private var leaks: [DataFinding] {
        separations.filter { $0.area > Self.leakArea && $0.column != request.label?.column }.map { column, area in
            DataFinding(
                .labelLeak, .warning, column: column,
                "it tells frauds apart with a ROC AUC of \(area.text(decimals: 4)): does it follow from the label?")
        }
    }

    private var timeFindings: [DataFinding] {
        guard let time = profile.time else { return [] }
        var findings: [DataFinding] = []
        func add(_ kind: DataFinding.Kind, _ severity: DataFinding.Severity, _ text: String) {
            findings.append(DataFinding(kind, severity, column: time.column, text))
        }
        if time.missing > 0 { add(.missingTimes, .error, "\(time.missing) rows have no time that can be read") }
        if let order = time.order, order == .unordered || order == .descending {
            add(.unorderedTime, .note, "the rows are not in the order of time")
        }
        if let gap = time.longestGap, let median = time.medianGap, gap.days > Self.gapRatio * median {
            add(.timeGap, .warning, "there are no rows from \(gap.from) to \(gap.to), \(gap.days) days")
        }
        return findings
    }

    private var idFindings: [DataFinding] {
        guard let id = profile.id, id.repeated > 0 else { return [] }
        return [
            DataFinding(
                .repeatedIDs, .error, column: id.column,
                "\(id.isExact ? "" : "about ")\(id.repeated) rows have an id that an earlier row has")
        ]
    }

    private var amountFindings: [DataFinding] {
        guard let name = request.amount, let column = profile.column(named: name) else { return [] }
        guard let numbers = column.numbers else {
            return [DataFinding(.amountsNotNumbers, .error, column: name, "amounts are \(column.type), not numbers")]
        }
        guard numbers.zeros + numbers.negatives > 0 else { return [] }
        return [
            DataFinding(
                .amountsNotPositive, .warning, column: name,
                "amounts that are 0: \(numbers.zeros), negative: \(numbers.negatives)")
        ]
    }

    private func percent(_ share: Double) -> String { "\((share * 100).text(decimals: 2)) %" }
}
