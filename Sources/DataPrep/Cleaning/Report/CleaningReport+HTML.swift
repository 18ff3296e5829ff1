import Essentials
import ReportKit

extension CleaningReport {
    /// A self-contained page for people: counts, fences, amounts before and after, and the first rejected rows.
    public func html() -> String {
        HTMLReport(
            title: "Cleaning of transactions",
            subtitle:
                "\(ReadableNumber.count(rowsRead)) rows from \(inputs.count == 1 ? "one file" : "\(inputs.count) files")",
            sections: [overview, incrementSection, ruleSection, amountSection, sampleSection, fileSection].compactMap {
                $0
            },
            footer: "\(seconds.text(decimals: 1)) seconds, \(rowsPerSecond.text(decimals: 0)) rows a second"
        ).html()
    }

    private var overview: ReportSection {
        let dropped = rowsRead - rowsKept
        let frauds = rules.reduce(0) { $0 + $1.frauds }
        return ReportSection(
            "Overview",
            [
                .keyMetrics([
                    KeyMetric("Rows read", ReadableNumber.count(rowsRead)),
                    KeyMetric("Rows kept", ReadableNumber.count(rowsKept), detail: share(rowsKept, of: rowsRead)),
                    KeyMetric("Rows dropped", ReadableNumber.count(dropped), detail: share(dropped, of: rowsRead)),
                    KeyMetric(
                        "Frauds dropped", ReadableNumber.count(frauds),
                        detail: "\(share(frauds, of: frauds + fraudsKept)) of those readable",
                        tone: frauds * 5 > frauds + fraudsKept ? .caution : .neutral),
                    KeyMetric("Rows a second", ReadableNumber.compact(rowsPerSecond)),
                ]),
                .paragraph("Plan: \(tablePlan?.description ?? plan.description)."),
            ])
    }

    private var ruleSection: ReportSection {
        ReportSection(
            "Rows by rule",
            [
                .table(
                    ReportTable(
                        [.text("Rule"), .text("What it drops"), .number("Rows"), .number("Share"), .number("Frauds")],
                        rows: rules.map { outcome in
                            [
                                outcome.rule.rawValue, explanation(of: outcome.rule),
                                ReadableNumber.count(outcome.rows),
                                share(outcome.rows, of: rowsRead), ReadableNumber.count(outcome.frauds),
                            ]
                        })),
                .figure(
                    Figure(
                        "Rows dropped by rule",
                        BarChart(
                            rules.map { .init($0.rule.rawValue, Double($0.rows), text: ReadableNumber.count($0.rows)) },
                            valueLabel: "Rows"))),
            ])
    }

    private var amountSection: ReportSection? {
        guard let amounts, let last = histogram.last else { return nil }
        let fences = [
            ("Lower fence", amounts.lowerFence), ("First quartile", amounts.firstQuartile), ("Median", amounts.median),
            ("Third quartile", amounts.thirdQuartile), ("Upper fence", amounts.upperFence),
        ]
        let chart = Histogram(
            edges: histogram.map(\.lower) + [last.upper],
            series: [
                .init("before the outlier rule", counts: histogram.map { Double($0.before) }),
                .init("kept", counts: histogram.map { Double($0.after) }),
            ],
            x: ChartAxis("Amount", scale: .logarithmic), y: ChartAxis("Rows", scale: .logarithmic))
        return ReportSection(
            "Amounts",
            [
                .keyMetrics(fences.map { KeyMetric($0.0, $0.1.map { ReadableNumber.decimal($0, 2) } ?? "none") }),
                .figure(
                    Figure(
                        "Amounts before and after", chart,
                        explanation: "Bins of a quarter of an octave; both axes are logarithmic.")),
            ])
    }

    private var sampleSection: ReportSection? {
        let samples = rules.flatMap { outcome in
            outcome.samples.map { row in
                [outcome.rule.rawValue, row.input, ReadableNumber.count(row.line), row.column ?? "", row.value]
            }
        }
        guard !samples.isEmpty else { return nil }
        return ReportSection(
            "First rejected rows",
            [
                .table(
                    ReportTable(
                        [.text("Rule"), .text("File"), .number("Line"), .text("Column"), .text("Value")], rows: samples)
                )
            ])
    }

    private var fileSection: ReportSection {
        ReportSection(
            "Files",
            [
                .table(
                    ReportTable(
                        [.text("Input"), .number("Bytes"), .number("Rows")],
                        rows: inputs.map {
                            [$0.name, ReadableNumber.count(Int($0.bytes)), ReadableNumber.count($0.rows)]
                        })),
                .bullets(
                    outputs.map { "Written: \($0)" } + (rejects ?? []).map { "Dropped rows: \($0)" }
                        + (increment?.skipped ?? []).map { "Skipped, cleaned earlier: \($0.name)" }),
            ])
    }

    /// The data set that the run adds to.
    private var incrementSection: ReportSection? {
        guard let increment else { return nil }
        let dropped = increment.totalDropped.map { total in
            [total.rule.rawValue, ReadableNumber.count(total.rows), ReadableNumber.count(total.frauds)]
        }
        return ReportSection(
            "Data set",
            [
                .keyMetrics([
                    KeyMetric("Run", ReadableNumber.count(increment.run), detail: increment.action.rawValue),
                    KeyMetric("Files so far", ReadableNumber.count(increment.files)),
                    KeyMetric("Rows read so far", ReadableNumber.count(increment.totalRowsRead)),
                    KeyMetric("Rows of the data set", ReadableNumber.count(increment.totalRowsKept)),
                    KeyMetric("Lower fence", increment.fences?.lower.map { ReadableNumber.decimal($0, 2) } ?? "none"),
                    KeyMetric(
                        "Upper fence", increment.fences?.upper.map { ReadableNumber.decimal($0, 2) } ?? "none",
                        detail: increment.fences.map { "since run \($0.run)" }),
                ]),
                .table(ReportTable([.text("Rule"), .number("Rows so far"), .number("Frauds")], rows: dropped)),
            ])
    }

    private func explanation(of rule: CleaningRule) -> String {
        if let check = tablePlan?.checks.first(where: { $0.rule == rule }) { return check.description }
        return switch rule {
        case .malformed: "another number of fields than the header"
        case .missing: "a field empty, None, NULL, Err or nan"
        case .invalid: "a field that is not a value of its type"
        case .unknownCustomer: "customers \(plan.unknownCustomers.map(String.init).joined(separator: ", "))"
        case .nonPositiveAmount: "an amount not above zero, or not finite"
        case .duplicate: plan.duplicates == .transactionID ? "a transaction_id seen before" : "a row seen before"
        case .amountOutlier: "an amount outside \(plan.outliers)"
        default: ""
        }
    }

    private func share(_ part: Int, of whole: Int) -> String {
        ReadableNumber.percent(whole > 0 ? Double(part) / Double(whole) : 0, 3)
    }
}
