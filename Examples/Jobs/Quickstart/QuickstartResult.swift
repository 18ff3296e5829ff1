import Essentials
package import ModelTracking

/// What a quickstart did, for `--json` and for the report.
package struct QuickstartResult: Sendable, Codable {
    package struct Step: Sendable, Codable {
        package var name: String
        package var seconds: Double
        package var detail: String
    }

    package struct Cleaning: Sendable, Codable {
        package var rowsRead: Int
        package var rowsKept: Int
        package var report: String
    }

    package struct Streaming: Sendable, Codable {
        package var transactions: Int
        package var transactionsPerSecond: Double
        /// The result of comparing the stream's probabilities with the batch's.
        package var agreement: String
    }

    package struct Serving: Sendable, Codable {
        /// One terminal's score before and after its frauds became known.
        package struct Labels: Sendable, Codable {
            package var terminalID: Int64
            package var frauds: Int
            package var scoreBefore: Double
            package var scoreAfter: Double
        }

        package var requests: Int
        package var medianMilliseconds: Double
        /// Nil for features that use no history.
        package var labels: Labels?
    }

    package var version: String
    package var createdAt: String
    package var data: String
    package var output: String
    package var report: String
    package var cleaning: Cleaning
    package var metrics: [String: Double]
    package var publication: ModelPublisher.Receipt
    /// The champion that the candidate was compared with; nil in a first run.
    package var champion: String?
    package var isPromoted: Bool
    package var decision: String
    package var streaming: Streaming
    package var serving: Serving
    package var steps: [Step]
    package var seconds: Double
}

extension QuickstartResult {
    /// How to look at the runs.
    private var runsAdvice: String {
        publication.trackingURI.hasPrefix("http")
            ? publication.trackingURI : "mlflow ui --backend-store-uri \(publication.trackingURI)"
    }

    package var text: String {
        """

        \(decision)
        ROC AUC             \(metrics["test_roc_auc", default: 0].text(decimals: 4))
        average precision   \(metrics["test_average_precision", default: 0].text(decimals: 4))
        report              \(report)
        runs                \(runsAdvice)
        service             serve-model --model \(output)/model
        seconds             \(seconds.text(decimals: 1))
        """
    }
}
