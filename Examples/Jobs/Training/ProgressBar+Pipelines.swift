package import CommandLineSupport
package import Pipelines

extension ProgressBar {
    /// Shows how far a pipeline is.
    package func update(_ progress: PipelineProgress) {
        update(progress.done, of: progress.total, unit: progress.unit, detail: progress.detail)
    }
}
