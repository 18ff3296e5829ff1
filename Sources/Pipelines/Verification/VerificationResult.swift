public import Scoring

/// Whether the features of scored transactions can be computed again, bit for bit.
public struct VerificationResult: Sendable, Hashable {
    /// Which features were computed again.
    public struct Setting: Sendable, Hashable {
        /// Which history they started from.
        public var history: HistoryUse
        /// Whether the labels in the data belonged to the history of later transactions.
        public var labels: LabelUse
    }

    /// Another setting that explains scores which differ.
    public struct Alternative: Sendable, Hashable {
        /// The setting.
        public var setting: Setting
        /// How many of the differing scores it makes identical.
        public var identical: Int
    }

    /// A score whose features differ.
    public struct Difference: Sendable, Hashable {
        /// A feature with another value.
        public struct Feature: Sendable, Hashable {
            /// The feature's name.
            public var name: String
            /// What it is by the data; NaN for missing.
            public var value: Float
        }

        /// The transaction's id; its row in the data, from 0, where transactions have no ids.
        public var id: String
        /// When the transaction was, in microseconds since 1970-01-01T00:00:00; nil where the data have no times.
        public var time: Int64?
        /// Why, as far as the digest tells.
        public var reason: VerificationReason
        /// The features that differ; empty when there are others, or the digest does not show which.
        public var features: [Feature]
        /// What was logged.
        public var logged: FeatureDigest
        /// What it is by the data.
        public var recomputed: FeatureDigest
    }

    /// What the counts are of.
    public var setting: Setting
    /// Scores with a digest that were compared: those of transactions in the data. A score that was logged twice counts once.
    public var compared: Int
    /// Those with the same features.
    public var identical: Int
    /// Those with other features.
    public var different: Int { compared - identical }
    /// Scores of transactions that the data do not have.
    public var notInData: Int
    /// The first ids of those, in the order of the scores.
    public var firstNotInData: [String]
    /// Transactions in the data without a score.
    public var notScored: Int
    /// Scores that were logged before, with the same features.
    public var repeated: Int
    /// Scores without a digest.
    public var withoutDigest: Int
    /// Transactions in the data with an id that an earlier one has, of those scored.
    public var repeatedInData: Int
    /// How many differ for each reason.
    public var reasons: [VerificationReason: Int]
    /// Other settings that explain differing scores.
    public var alternatives: [Alternative]
    /// The first that differ, in the order of time.
    public var differences: [Difference]

    /// Whether every score has been compared, and none differs.
    public var isVerified: Bool { identical == compared && notInData == 0 && withoutDigest == 0 }
}

/// What the history of a transaction knows of earlier transactions' labels.
public enum LabelUse: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those in the data, each from when it was known: by the plan's delay, or a column that says it.
    case known
    /// None, as for a service that gets no labels.
    case none
}
