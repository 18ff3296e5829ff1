import Essentials
import Foundation
import JobSupport
package import ModelTracking
package import Pipelines
import Scoring

/// A training's result for a terminal or another program.
package struct TrainingSummary: Sendable, Codable {
    package var model: String
    package var trainingRows: Int
    package var trainingFrauds: Int
    package var threshold: Double
    package var parameters: [String: String]
    /// Null where the test rows do not define the figure.
    package var metrics: [String: Double?]
    package var seconds: [String: Double]
    package var publication: ModelPublisher.Receipt?

    package init(_ outcome: TrainingResult, model: String, publication: ModelPublisher.Receipt?) {
        self.model = model
        trainingRows = outcome.trainingRows
        trainingFrauds = outcome.trainingFrauds
        threshold = outcome.model.threshold
        parameters = outcome.parameters
        metrics = outcome.metrics.mapValues { Optional($0) }
        for name in outcome.undefinedMetrics { metrics.updateValue(nil, forKey: name) }
        seconds = outcome.seconds
        self.publication = publication
    }

    package var text: String {
        var lines = ["model      \(model)", "rows       \(trainingRows), \(trainingFrauds) frauds among them"]
        for name in metrics.keys.sorted() {
            let value = metrics[name].flatMap { $0 }.map { $0.text(decimals: 4) } ?? "-"
            lines.append("\(name.padding(toLength: 28, withPad: " ", startingAt: 0)) \(value)")
        }
        if metrics.values.contains(where: { $0 == nil }) {
            lines.append("undefined  what is marked '-': the test rows are of one class")
        }
        if metrics.isEmpty { lines.append("quality    not measured: give --test-share or --test-from-day") }
        lines.append("threshold  \(threshold.text(decimals: 4))")
        lines.append(
            "seconds    "
                + seconds.sorted { $0.key < $1.key }.map { "\($0) \($1.text(decimals: 1))" }.joined(separator: ", "))
        if let publication {
            lines.append("run        \(publication.runID) at \(publication.trackingURI)")
            if let version = publication.modelVersion, let name = publication.registeredModel {
                let alias = publication.alias.map { ", models:/\(name)@\($0)" } ?? ""
                lines.append("version    \(version) of \(name)\(alias)")
            }
            if let journal = publication.journal {
                lines.append(
                    "pending    not everything has arrived there; 'tracking-replay \(journal)' delivers the rest")
            }
        }
        return lines.joined(separator: "\n")
    }
}
