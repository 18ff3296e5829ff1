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
    /// Single transactions are those of one schema, and a model or a caller has those of another.
    case otherTransactions(expected: TransactionSchema, actual: TransactionSchema)
    /// The model has no plan: it scores values of the type `Transaction`, not records of a schema.
    case recordsNotScored
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
        case .otherTransactions(let expected, let actual):
            "single transactions are those of the schema \(expected.summary), not of \(actual.summary)"
        case .recordsNotScored:
            "the model has no plan of its own: it scores transactions of the Handbook's columns"
        case .noModel:
            "the source of models ended without one"
        case .noSavedHistory:
            "the model holds no feature state to start from"
        case .dataChanged(let rows, let rowsLater):
            "the data changed while they were scored: \(rows) rows at first, \(rowsLater) when read again"
        }
    }
}

extension TransactionSchema {
    /// The name and the columns.
    fileprivate var summary: String {
        (name.map { "'\($0)' with " } ?? "with ") + columns.map(\.name).joined(separator: ", ")
    }
}
