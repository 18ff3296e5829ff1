public import Features

/// Errors of models and of the data to be scored.
public enum ScoringError: Error, Sendable, Hashable {
    case featureMismatch(expected: [String], actual: [String])
    case invalidThreshold(Double)
    case stateMismatch(expected: FeatureWindows, actual: FeatureWindows)
    /// The model's plan cannot be computed, or its history was kept for another plan.
    case unusablePlan(FeatureEngineError)
    /// The features are columns that a single transaction does not have.
    case notInTransaction(columns: [String])
    /// The model's plan is for the columns of its own schema, and single transactions are those of the Handbook.
    case notTransactions
    /// A source of models ended without one.
    case noModel
    /// A saved history was requested, and the model has none.
    case noSavedHistory
    /// A data set had another number of rows when it was read again.
    case dataChanged(rows: Int64, rowsLater: Int64)
}

extension ScoringError: CustomStringConvertible {
    /// One line that says what is wrong with which value.
    public var description: String {
        switch self {
        case .featureMismatch(let expected, let actual):
            "the classifier needs the features \(expected.joined(separator: ", ")); "
                + "the model computes \(actual.joined(separator: ", "))"
        case .invalidThreshold(let threshold):
            "the threshold is \(threshold), expected a probability from 0 to 1"
        case .stateMismatch(let expected, let actual):
            "the feature state was kept for the windows \(actual), the model has \(expected)"
        case .unusablePlan(let error):
            "\(error)"
        case .notInTransaction(let columns):
            "the model's features \(columns.joined(separator: ", ")) are not numbers that a single transaction has"
        case .notTransactions:
            "the model computes features from the columns of its own schema; streams and services score the Handbook's nine "
                + "columns so far, score-transactions scores any"
        case .noModel:
            "the source of models ended without one"
        case .noSavedHistory:
            "the model holds no feature state to start from"
        case .dataChanged(let rows, let rowsLater):
            "the data changed while they were scored: \(rows) rows at first, \(rowsLater) when read again"
        }
    }
}
