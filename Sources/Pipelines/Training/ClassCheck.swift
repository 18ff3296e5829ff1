/// Rows of one class, which nothing can be learnt from or chosen by: found before the work that would fail on them.
struct ClassCheck: Sendable {
    /// The location of the data.
    let location: String
    /// Such as `to train on`.
    let purpose: String
    /// What a user may do about it.
    let wayOut: String

    /// - Parameter times: of the rows' first and last, where they have times.
    /// - Throws: ``PipelineError/unusableData(location:reason:)``.
    func require(_ labels: some Collection<UInt8>, times: ClosedRange<Int64>?) throws {
        let frauds = labels.reduce(0) { $0 + Int($1) }
        guard frauds == 0 || frauds == labels.count else { return }
        let rows = labels.count == 1 ? "1 row" : "\(labels.count) rows"
        let dates = times.map { " (\(TransactionTimes.text($0)))" } ?? ""
        throw PipelineError.unusableData(
            location: location,
            reason: "of the \(rows) \(purpose)\(dates) \(frauds == 0 ? "none is a fraud" : "all are frauds"), and both "
                + "kinds are needed: \(wayOut)")
    }
}
