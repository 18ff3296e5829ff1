/// Why the features of a scored transaction differ from those computed again, as far as the digest tells.
public enum VerificationReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// The features have other names or are of another number: another model or plan scored.
    case otherFeatures = "other_features"
    /// Features of the transaction alone differ: the data have other values of it now.
    case transaction
    /// Only features of earlier transactions differ: some are missing, changed, or came later than the score.
    case history
    /// As ``history``, and the features are equal when they start from the other history: the model's saved one, or none.
    case historyStart = "history_start"
    /// Only features of earlier transactions' labels differ: labels came after the score, or changed.
    case labels
    /// As ``labels``, and the features are equal without the labels, or with them where they were left out.
    case labelUse = "label_use"
    /// One feature differs, or the names do; the digest does not show which.
    case unknown
}
