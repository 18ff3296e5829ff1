package import DataPrep
import JobSupport
import ReportKit

/// A cleaning's result for a terminal.
package struct CleaningText: Sendable {
    private let report: CleaningReport

    package init(_ report: CleaningReport) { self.report = report }

    package var text: String {
        var lines = ["\(pad("rule", 20))\(right("rows", 14))\(right("frauds", 10))"]
        lines.append(line("read", report.rowsRead, nil))
        for outcome in report.rules { lines.append(line("- \(outcome.rule.rawValue)", outcome.rows, outcome.frauds)) }
        lines.append(line("kept", report.rowsKept, report.fraudsKept))
        if let amounts = report.amounts {
            let fences = [amounts.lowerFence, amounts.upperFence].map { $0?.formatted(places: 2) ?? "open" }
            lines.append("fences  \(fences.joined(separator: " to ")) by \(report.plan.outliers)")
        }
        lines.append("output  \(report.outputs.isEmpty ? "none" : report.outputs.joined(separator: ", "))")
        lines.append(
            "seconds \(report.seconds.formatted(places: 2)) (\(NumberText.count(Int(report.rowsPerSecond))) rows a second)"
        )
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ rows: Int, _ frauds: Int?) -> String {
        pad(name, 20) + right(NumberText.count(rows), 14) + right(frauds.map(NumberText.count) ?? "", 10)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
