import StorageIO

/// Completes a report with the numbers of the whole data set.
struct IncrementalReport {
    let folder: IncrementalFolder
    let state: IncrementalState
    let work: IncrementalWork

    /// The report of a run without new files.
    var unchanged: CleaningReport {
        var report = CleaningReport(
            plan: work.plan, tablePlan: work.tablePlan, inputs: [], outputs: [], rejects: nil, increment: nil,
            rowsRead: 0, rowsKept: 0, fraudsKept: 0,
            rules: work.rules.map { .init(rule: $0, rows: 0, frauds: 0, samples: []) }, amounts: nil,
            histogram: [], spilledBytes: 0, seconds: 0)
        complete(&report, skipped: state.inputs, action: .unchanged)
        return report
    }

    func complete(
        _ report: inout CleaningReport, skipped: [IncrementalState.Input], action: CleaningReport.Increment.Action
    ) {
        var dropped = work.rules.map { CleaningReport.RuleTotal(rule: $0, rows: 0, frauds: 0) }
        for total in state.runs.flatMap(\.dropped) {
            guard let index = dropped.firstIndex(where: { $0.rule == total.rule }) else { continue }
            dropped[index].rows += total.rows
            dropped[index].frauds += total.frauds
        }
        let files = state.runs.map { folder.store.root + folder.location.folderPrefix + $0.file }
        if action != .unchanged { report.outputs = files.suffix(1) }
        report.increment = CleaningReport.Increment(
            action: action, run: state.lastRun,
            skipped: skipped.map { .init(name: $0.name, bytes: $0.size, rows: $0.rows) }, fences: state.fences,
            files: state.inputs.count, totalRowsRead: state.runs.reduce(0) { $0 + $1.rowsRead },
            totalRowsKept: state.runs.reduce(0) { $0 + $1.rowsKept }, totalDropped: dropped, dataFiles: files)
    }
}
