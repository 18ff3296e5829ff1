import Foundation
import Scoring

/// A training's result for a terminal or another program.
package struct TrainingSummary: Sendable, Codable {
    package var model: String
    package var trainingRows: Int
    package var trainingFrauds: Int
    package var threshold: Double
    package var parameters: [String: String]
    package var metrics: [String: Double]
    package var seconds: [String: Double]
    package var publication: ModelPublication.Receipt?

    package init(_ outcome: TrainingOutcome, model: String, publication: ModelPublication.Receipt?) {
        self.model = model
        trainingRows = outcome.trainingRows
        trainingFrauds = outcome.trainingFrauds
        threshold = outcome.model.threshold
        parameters = outcome.parameters
        metrics = outcome.metrics
        seconds = outcome.seconds
        self.publication = publication
    }

    package var text: String {
        var lines = ["model      \(model)", "rows       \(trainingRows), \(trainingFrauds) frauds among them"]
        for name in metrics.keys.sorted() {
            lines.append(
                "\(name.padding(toLength: 28, withPad: " ", startingAt: 0)) \(metrics[name, default: 0].formatted(places: 4))"
            )
        }
        if metrics.isEmpty { lines.append("quality    not measured: give --test-share or --test-from-day") }
        lines.append("threshold  \(threshold.formatted(places: 4))")
        lines.append(
            "seconds    "
                + seconds.sorted { $0.key < $1.key }.map { "\($0) \($1.formatted(places: 1))" }.joined(separator: ", "))
        if let publication {
            lines.append("run        \(publication.runID) at \(publication.trackingURI)")
            if let version = publication.modelVersion { lines.append("version    \(version)") }
            if let journal = publication.journal {
                lines.append(
                    "pending    not everything has arrived there; 'tracking-replay \(journal)' delivers the rest")
            }
        }
        return lines.joined(separator: "\n")
    }
}
