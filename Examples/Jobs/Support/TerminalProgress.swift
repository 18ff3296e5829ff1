package import CommandLineSupport

extension ProgressBar {
    /// Shows how far a job is.
    package func update(_ progress: JobProgress) {
        update(progress.done, of: progress.total, unit: progress.unit, detail: progress.detail)
    }
}
