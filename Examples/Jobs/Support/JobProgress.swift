/// The progress of a job.
package struct JobProgress: Sendable {
    package var done: Int64
    package var total: Int64?
    /// What is counted: rows, bytes, rounds.
    package var unit: String
    /// A few words about the current step.
    package var detail: String

    package init(done: Int64, total: Int64? = nil, unit: String, detail: String = "") {
        self.done = done
        self.total = total
        self.unit = unit
        self.detail = detail
    }
}

/// Called often, from any thread.
package typealias ProgressHandler = @Sendable (JobProgress) -> Void
