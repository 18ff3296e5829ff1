import Columnar
import Essentials
package import ModelTracking
package import Pipelines
package import Scoring
package import StorageIO

/// Computes the features of scored transactions again, and compares them with the logged digests.
package struct VerificationJob: Sendable {
    package struct Result: Sendable, Codable {
        package struct ReasonCount: Sendable, Codable {
            package var reason: VerificationReason
            package var count: Int
        }

        package struct Alternative: Sendable, Codable {
            package var history: ScoringJob.History
            package var labels: LabelUse
            /// How many of the differing scores it makes identical.
            package var identical: Int
        }

        package struct Feature: Sendable, Codable {
            package var name: String
            /// By the data as they are.
            package var value: Float
        }

        package struct Difference: Sendable, Codable {
            package var id: String
            package var time: String?
            package var reason: VerificationReason
            package var features: [Feature]
            package var logged: String
            package var recomputed: String
        }

        /// Whether every score has been compared, and none differs.
        package var isVerified: Bool
        package var compared: Int
        package var identical: Int
        package var different: Int
        /// Scores of transactions that the data do not have.
        package var notInData: Int
        package var firstNotInData: [String]
        /// Transactions without a score.
        package var notScored: Int
        /// Scores logged before with the same features.
        package var repeated: Int
        package var withoutDigest: Int
        /// Scored transactions with an id that an earlier one has.
        package var repeatedInData: Int
        package var history: ScoringJob.History
        package var labels: LabelUse
        package var reasons: [ReasonCount]
        /// Other settings that explain differing scores.
        package var alternatives: [Alternative]
        /// The first that differ, in the order of time.
        package var differences: [Difference]
        package var seconds: Double
    }

    private let verification: @Sendable (FraudModel) -> FeatureVerification
    private let model: String
    private let models: ModelLoader

    /// - Parameter limit: How many scores that differ are described.
    package init(
        scores: String, data: String, model: String, history: HistoryChoice, labels: LabelUse, limit: Int,
        models: ModelLoader, stores: ObjectStoreRegistry, threads: Int,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.model = model
        self.models = models
        verification = {
            FeatureVerification(
                scores: scores, data: data, model: $0, history: history, labels: labels, limit: limit, stores: stores,
                threads: threads, progress: progress)
        }
    }

    package func run() async throws -> Result {
        let start = ContinuousClock.now
        let result = try await verification(models.load(model)).run()
        return Result(result, seconds: (ContinuousClock.now - start).inSeconds)
    }
}

extension VerificationJob.Result {
    fileprivate init(_ result: VerificationResult, seconds: Double) {
        isVerified = result.isVerified
        compared = result.compared
        identical = result.identical
        different = result.different
        notInData = result.notInData
        firstNotInData = result.firstNotInData
        notScored = result.notScored
        repeated = result.repeated
        withoutDigest = result.withoutDigest
        repeatedInData = result.repeatedInData
        history = ScoringJob.History(result.setting.history)
        labels = result.setting.labels
        reasons = VerificationReason.allCases.compactMap { reason in
            result.reasons[reason].map { ReasonCount(reason: reason, count: $0) }
        }
        alternatives = result.alternatives.map {
            Alternative(
                history: ScoringJob.History($0.setting.history), labels: $0.setting.labels, identical: $0.identical)
        }
        differences = result.differences.map { difference in
            Difference(
                id: difference.id, time: difference.time.map { CivilDateTime.text(microseconds: $0) },
                reason: difference.reason,
                features: difference.features.map { Feature(name: $0.name, value: $0.value) },
                logged: "\(difference.logged)", recomputed: "\(difference.recomputed)")
        }
        self.seconds = seconds
    }
}
