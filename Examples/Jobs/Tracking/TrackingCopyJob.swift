package import StorageIO
package import Tracking

/// Copies everything from one tracking store to another.
package struct TrackingCopyJob: Sendable {
    private let source: TrackingDestination
    private let destination: TrackingDestination
    private let options: TrackingCopy.Options
    private let stores: ObjectStoreRegistry
    private let progress: WorkProgressHandler

    package init(
        from source: TrackingDestination, to destination: TrackingDestination, options: TrackingCopy.Options,
        stores: ObjectStoreRegistry, progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.source = source
        self.destination = destination
        self.options = options
        self.stores = stores
        self.progress = progress
    }

    package func run() async throws -> TrackingCopy.Report {
        let from = try await source.open(program: "tracking-copy", stores: stores, isReadOnly: true)
        do {
            let to = try await destination.open(program: "tracking-copy", stores: stores)
            do {
                let report = try await TrackingCopy(from: from, to: to, options: options).run {
                    [progress] report, runs in
                    progress(
                        WorkProgress(
                            done: Int64(report.runs + report.runsLeft), total: Int64(runs), unit: "runs",
                            detail: "\(report.metricPoints) metric points, \(report.files) files"))
                }
                try await to.close()
                try await from.close()
                return report
            } catch {
                try? await to.close()
                throw error
            }
        } catch {
            try? await from.close()
            throw error
        }
    }
}

/// The report for a terminal.
package struct TrackingCopyText: Sendable {
    package let text: String

    package init(_ report: TrackingCopy.Report) {
        var lines = [
            "experiments  \(report.experiments)",
            "runs         \(report.runs) copied, \(report.runsLeft) were there already",
            "metrics      \(report.metricPoints) points",
            "files        \(report.files), \(report.bytes) bytes",
            "models       \(report.models) with \(report.versions) versions",
        ]
        lines += report.failures.map { "failed       \($0)" }
        text = lines.joined(separator: "\n")
    }
}
