package import CommandLineSupport

extension ProgressBar {
    /// Shows the progress of a job.
    package func update(_ progress: JobProgress) {
        update(progress.done, of: progress.total, unit: progress.unit, detail: progress.detail)
    }
}
