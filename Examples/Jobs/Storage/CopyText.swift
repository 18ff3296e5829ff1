import Essentials
import JobSupport
import ReportKit
package import StorageIO

/// A transfer's result for a terminal.
package struct CopyText: Sendable {
    private let report: TransferReport
    private let shown: Int
    /// More of these than of others, so that users find everything that was not copied.
    private let shownFailures = 1_000

    /// - Parameter shown: how many objects are named at most, of each kind.
    package init(_ report: TransferReport, shown: Int = 20) {
        self.report = report
        self.shown = shown
    }

    package var text: String {
        var lines: [String] = []
        if report.isDryRun {
            lines += list(report.copied.map { "would copy    \($0.location)  \(ReadableNumber.bytes($0.size))" })
            lines += list(report.deleted.map { "would delete  \($0.location)  \(ReadableNumber.bytes($0.size))" })
        }
        lines += list(report.failures.map { "failed        \($0.location): \($0.message)" }, shown: shownFailures)
        let seconds = report.elapsed.inSeconds
        let rate =
            seconds > 0 && !report.isDryRun
            ? ", \(ReadableNumber.bytes(Int64(Double(report.copiedBytes) / seconds)))/s" : ""
        lines.append(
            "\(report.isDryRun ? "to copy" : "copied")     \(amount(report.copied.count, report.copiedBytes))"
                + (report.isDryRun ? "" : " in \(seconds.text(decimals: 2)) s\(rate)"))
        lines.append("unchanged  \(amount(report.unchanged, report.unchangedBytes))")
        if !report.deleted.isEmpty {
            lines.append(
                "\(report.isDryRun ? "to delete" : "deleted")    "
                    + amount(report.deleted.count, report.deleted.reduce(0) { $0 + $1.size }))
        }
        if !report.failures.isEmpty { lines.append("failed     \(report.failures.count) objects") }
        return lines.joined(separator: "\n")
    }

    private func amount(_ objects: Int, _ bytes: Int64) -> String {
        "\(ReadableNumber.count(objects)) \(objects == 1 ? "object" : "objects"), \(ReadableNumber.bytes(bytes))"
    }

    private func list(_ lines: [String], shown: Int? = nil) -> [String] {
        let shown = shown ?? self.shown, lines = lines.map(\.escapedForPeople)
        return lines.count <= shown ? lines : lines.prefix(shown) + ["... and \(lines.count - shown) more"]
    }
}
