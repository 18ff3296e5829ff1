import Columnar
import Essentials
import ReportKit

extension DataProfile {
    /// A page for people that needs no other file: findings, label and time, a table of all columns, and a chart of each.
    public func html(title: String = "Profile of the data") -> String {
        HTMLReport(
            title: title,
            subtitle: "\(location): \(ReadableNumber.count(rows)) rows, \(ReadableNumber.count(columns.count)) columns",
            sections: [overview, findingSection, timeSection, amountSection, columnSection, chartSection]
                .compactMap { $0 },
            footer: "\(seconds.text(decimals: 1)) seconds"
        ).html()
    }

    private var overview: ReportSection {
        var metrics = [
            KeyMetric("Rows", ReadableNumber.count(rows)), KeyMetric("Columns", ReadableNumber.count(columns.count)),
            KeyMetric("Files", ReadableNumber.count(files), detail: "\(ReadableNumber.bytes(bytes)) of \(format)"),
        ]
        if let label {
            metrics.append(
                KeyMetric(
                    "Fraud rate", ReadableNumber.percent(label.fraudRate, 3),
                    detail: "\(ReadableNumber.count(label.frauds)) frauds by \(label.column)"))
        }
        if let time, let first = time.first, let last = time.last {
            metrics.append(
                KeyMetric(
                    "Days with rows", ReadableNumber.count(time.days.count), detail: "\(first) to \(last)"))
        }
        if let id {
            metrics.append(
                KeyMetric(
                    "Repeated ids", (id.isExact ? "" : "~") + ReadableNumber.count(id.repeated), detail: id.column,
                    tone: id.repeated > 0 ? .bad : .good))
        }
        return ReportSection("Overview", [.keyMetrics(metrics)])
    }

    private var findingSection: ReportSection {
        guard !findings.isEmpty else { return ReportSection("Findings", [.note(.good, "Nothing looks wrong.")]) }
        return ReportSection(
            "Findings",
            [
                .table(
                    ReportTable(
                        [.text("Severity"), .text("Column"), .text("Finding")],
                        rows: findings.map { [$0.severity.rawValue, $0.column ?? "", $0.text] },
                        highlightedRows: Set(findings.indices.filter { findings[$0].severity == .error })))
            ])
    }

    private var timeSection: ReportSection? {
        guard let time, let first = time.days.first, let last = time.days.last else { return nil }
        let range = "From \(first.date) to \(last.date)."
        // Days without rows have no point, so that a gap is seen as one.
        let days = time.days.map { Double($0.daysSince1970 - first.daysSince1970) }
        let axis = ChartAxis("Days since \(first.date)")
        func figure(_ title: String, _ axisLabel: ChartAxis, _ values: [Double]) -> Figure {
            Figure(
                title, LineChart(x: axis, y: axisLabel, series: [.init(title, x: days, y: values)]), explanation: range)
        }
        var elements: [ReportElement] = [
            .figure(figure("Rows a day", ChartAxis("Rows"), time.days.map { Double($0.rows) }))
        ]
        if label != nil {
            elements.append(
                .figure(
                    figure(
                        "Fraud rate by day", ChartAxis("Fraud rate", format: .percent),
                        time.days.map { $0.fraudRate ?? .nan })))
        }
        elements.append(
            .table(
                ReportTable(
                    [.text("Month"), .number("Rows"), .number("Frauds"), .number("Fraud rate")],
                    rows: time.months.map { month in
                        [
                            month.date, ReadableNumber.count(month.rows), ReadableNumber.count(month.frauds),
                            month.fraudRate.map { ReadableNumber.percent($0, 3) } ?? "",
                        ]
                    })))
        return ReportSection("Time", elements)
    }

    private var amountSection: ReportSection? {
        guard let amount else { return nil }
        let classes = [("frauds", amount.fraud), ("genuine", amount.genuine)].filter { !$0.1.isEmpty }
        guard !classes.isEmpty else { return nil }
        return ReportSection(
            "Amounts by class",
            [
                .table(
                    ReportTable(
                        [.text("Class")] + Quantile.shares.map { .number(ReadableNumber.percent($0, 0)) },
                        rows: classes.map { name, quantiles in [name] + quantiles.map(\.value.shortText) },
                        caption: "Quantiles of \(amount.column), right within "
                            + "\(ReadableNumber.percent(amount.quantileError)) of the ranks."))
            ])
    }

    private var columnSection: ReportSection {
        let isEstimated = columns.contains { !$0.distinct.isExact }
        return ReportSection(
            "Columns",
            [
                .table(
                    ReportTable(
                        ColumnProfile.cellTitles.enumerated().map { index, title in
                            ColumnProfile.numericCells.contains(index) ? .number(title) : .text(title)
                        },
                        rows: columns.map(\.cells),
                        caption: isEstimated
                            ? "~ is an estimate with a standard error of "
                                + "\(ReadableNumber.percent(DistinctSketch.standardError))." : nil))
            ])
    }

    private var chartSection: ReportSection? {
        let figures = columns.compactMap { column in column.chart.map { Figure(column.name, $0) } }
        guard !figures.isEmpty else { return nil }
        return ReportSection(
            "Distributions",
            [
                .paragraph(
                    "Numbers: bins of equal width from the quantile of 1 % to that of 99 %; the outer bins have the rows "
                        + "beyond, too. Other columns: the most frequent values."),
                .figures(figures),
            ])
    }
}

extension TimeProfile.Period {
    /// Of a day.
    fileprivate var daysSince1970: Int64 {
        let midnight = CivilDateTime.microseconds(parsing: date + " 00:00:00") ?? 0
        return CivilDateTime.floorDivide(midnight, CivilDateTime.microsecondsPerDay)
    }
}

extension ColumnProfile {
    /// A histogram of numbers, bars of the frequent values of others; nil where every value is different.
    fileprivate var chart: (any Chart)? {
        if numbers != nil, let low = quantile(0.01)?.double, let high = quantile(0.99)?.double, histogram.count > 1 {
            // The outer bins reach to the extremes, which would hide the others.
            let edges = [low] + histogram.dropLast().map(\.upper) + [high]
            return Histogram(
                edges: edges, series: [.init(name, counts: histogram.map { Double($0.count) })], x: ChartAxis(name),
                y: ChartAxis("Rows"))
        }
        guard let first = mostFrequent.first, first.count > 1 else { return nil }
        return BarChart(
            mostFrequent.map { .init($0.value.shortText, Double($0.count), text: ReadableNumber.count($0.count)) },
            valueLabel: "Rows")
    }
}
