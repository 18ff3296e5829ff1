import Essentials
package import Logging
package import Scoring
import ServiceLifecycle
import ServiceSupport
package import StorageIO
package import Streaming

/// Scores a topic until it is stopped.
package struct StreamScoringJob: Sendable {
    package struct Result: Sendable, Codable {
        package var records: Int
        package var malformed: Int
        /// Labels read, including those read again after a start.
        package var labels: Int
        /// Messages of the label topic that are not labels.
        package var malformedLabels: Int
        /// Dead letters that were truncated.
        package var cutDeadLetters: Int
        /// Dead letters and results that the brokers finally refused.
        package var undeliverable: Int
        package var predictedFrauds: Int
        package var recordsPerSecond: Double
        /// Milliseconds from a micro-batch's arrival until its scores were acknowledged.
        package var meanLatencyMilliseconds: Double

        package var text: String {
            let lost = undeliverable > 0 ? ", \(undeliverable) undeliverable" : ""
            return """
                records       \(records), \(malformed) malformed\(lost), \(predictedFrauds) predicted to be fraud
                labels        \(labels), \(malformedLabels) malformed
                rate          \(recordsPerSecond.text(decimals: 0)) a second, mean latency \(meanLatencyMilliseconds.text(decimals: 1)) ms
                """
        }
    }

    private let models: ModelSource
    private let settings: ScoringStreamSettings
    private let kafka: KafkaConfiguration
    private let logger: Logger
    private let progress: WorkProgressHandler

    package init(
        models: ModelSource, settings: ScoringStreamSettings, kafka: KafkaConfiguration, logger: Logger,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.models = models
        self.settings = settings
        self.kafka = kafka
        self.logger = logger
        self.progress = progress
    }

    package func run() async throws -> Result {
        let stream = ScoringStream(kafka, models: models, settings: settings, logger: logger)
        let watch = Task { [progress] in
            while !Task.isCancelled {
                let done = stream.statistics
                progress(
                    WorkProgress(
                        done: Int64(done.delivered), unit: "transactions",
                        detail: "lag \(done.lag), \(done.malformed) malformed"))
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        defer { watch.cancel() }
        try await ServiceRunner.run([stream], logger: logger)
        let done = stream.statistics
        return Result(
            records: done.records, malformed: done.malformed, labels: done.labels,
            malformedLabels: done.malformedLabels, cutDeadLetters: done.cutDeadLetters,
            undeliverable: done.undeliverable, predictedFrauds: done.predictedFrauds,
            recordsPerSecond: done.recordsPerSecond, meanLatencyMilliseconds: done.meanLatency.inSeconds * 1_000)
    }
}
