/// What has become known of one transaction's label, and when.
///
/// The order in which reports arrive makes no difference: at any time the label is that of the latest report known by then.
struct LabelReports: Sendable, Hashable {
    struct Report: Sendable, Hashable {
        /// In microseconds since 1970; 0 where nobody says.
        let knownAt: Int64
        let isFraud: Bool
    }

    /// In ascending order of time, at most one of each.
    private(set) var reports: [Report] = []

    /// Adds a report, which replaces another one of the same time.
    /// - Parameter knownAt: `Int64.max` for never: such a report says nothing.
    mutating func add(isFraud: Bool, knownAt: Int64) {
        guard knownAt < .max else { return }
        let report = Report(knownAt: knownAt, isFraud: isFraud)
        let position = reports.firstIndex { $0.knownAt >= knownAt } ?? reports.count
        if position < reports.count, reports[position].knownAt == knownAt {
            reports[position] = report
        } else {
            reports.insert(report, at: position)
        }
    }

    /// Adds the reports of another list, of which own ones replace those of the same time.
    mutating func merge(_ other: LabelReports) {
        let own = reports
        reports = other.reports
        for report in own { add(isFraud: report.isFraud, knownAt: report.knownAt) }
    }

    /// Whether the latest report is of a fraud.
    var isFraud: Bool { reports.last?.isFraud ?? false }

    /// When the first report became known; `Int64.max` for never.
    var knownAt: Int64 { reports.first?.knownAt ?? .max }

    /// The same if that report is of a fraud, else `Int64.max`.
    var fraudKnownAt: Int64 { reports.first?.isFraud == true ? knownAt : .max }

    /// Where later reports say otherwise than the one before.
    /// - Parameter time: The transaction's.
    func changes(at time: Int64) -> [LabelChange] {
        zip(reports, reports.dropFirst()).compactMap { earlier, later in
            earlier.isFraud == later.isFraud
                ? nil : LabelChange(time: time, knownAt: later.knownAt, isFraud: later.isFraud)
        }
    }
}

/// A correction of a label that was known before.
struct LabelChange: Sendable, Hashable {
    /// The transaction's time, in microseconds since 1970.
    let time: Int64
    /// When the correction became known.
    let knownAt: Int64
    /// The label from then on; it was the opposite before.
    let isFraud: Bool
}
