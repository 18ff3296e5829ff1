package import DataPrep
import Essentials
import JobSupport
import ReportKit

/// A cleaning's result for a terminal.
package struct CleaningText: Sendable {
    private let report: CleaningReport

    package init(_ report: CleaningReport) { self.report = report }

    package var text: String {
        if let increment = report.increment, increment.action == .unchanged {
            return text(of: increment).joined(separator: "\n")
        }
        var lines = ["\(pad("rule", 20))\(right("rows", 14))\(right("frauds", 10))"]
        lines.append(line("read", report.rowsRead, nil))
        for outcome in report.rules { lines.append(line("- \(outcome.rule.rawValue)", outcome.rows, outcome.frauds)) }
        lines.append(line("kept", report.rowsKept, report.fraudsKept))
        if report.increment == nil, let amounts = report.amounts {
            let fences = [amounts.lowerFence, amounts.upperFence].map { $0?.text(decimals: 2) ?? "open" }
            lines.append("fences  \(fences.joined(separator: " to ")) by \(report.plan.outliers)")
        }
        if let increment = report.increment { lines += text(of: increment) }
        if let rejects = report.rejects { lines.append("rejects \(rejects.joined(separator: ", "))") }
        lines.append("output  \(report.outputs.isEmpty ? "none" : report.outputs.joined(separator: ", "))")
        lines.append(
            "seconds \(report.seconds.text(decimals: 2)) (\(ReadableNumber.count(Int(report.rowsPerSecond))) rows a second)"
        )
        return lines.joined(separator: "\n")
    }

    private func text(of increment: CleaningReport.Increment) -> [String] {
        let files = increment.skipped.count == 1 ? "1 file" : "\(ReadableNumber.count(increment.skipped.count)) files"
        let names = increment.skipped.suffix(3).map(\.name).joined(separator: ", ")
        let skipped =
            increment.skipped.isEmpty
            ? "none" : "\(files) cleaned earlier: \(increment.skipped.count > 3 ? "... " : "")\(names)"
        var lines = ["skipped \(skipped)"]
        switch increment.action {
        case .unchanged: lines.append("nothing is new; the data set is as run \(increment.run) left it")
        case .created: lines.append("run \(increment.run) has created the data set")
        case .appended: lines.append("run \(increment.run) has added to the data set")
        case .rebuilt: lines.append("run \(increment.run) has built the data set again")
        }
        if let fences = increment.fences {
            let bounds = [fences.lower, fences.upper].map { $0?.text(decimals: 2) ?? "open" }
            lines.append("fences  \(bounds.joined(separator: " to ")) since run \(fences.run)")
        }
        lines.append(
            "so far  \(ReadableNumber.count(increment.totalRowsKept)) of \(ReadableNumber.count(increment.totalRowsRead)) rows kept, "
                + "from \(increment.files == 1 ? "1 file" : "\(ReadableNumber.count(increment.files)) files")")
        return lines
    }

    private func line(_ name: String, _ rows: Int, _ frauds: Int?) -> String {
        pad(name, 20) + right(ReadableNumber.count(rows), 14) + right(frauds.map(ReadableNumber.count) ?? "", 10)
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
