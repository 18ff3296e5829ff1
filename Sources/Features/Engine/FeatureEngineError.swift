import Columnar

/// What is wrong with a plan for a schema, with transactions, or with a stored history.
public enum FeatureEngineError: Error, Sendable, Hashable {
    /// A feature names a column that the schema does not have, nor an earlier feature.
    case unknownColumn(feature: String, name: String, nearest: [String])
    /// A feature names a point of which the schema does not have both coordinates.
    case unknownPoint(feature: String, name: String, available: [String])
    /// A feature names a kind that is not registered.
    case unknownFunction(feature: String, name: String, available: [String])
    /// A column's type does not suit the feature.
    case wrongType(feature: String, column: String, type: String, expected: String)
    /// A feature needs a column with a role that the schema does not have.
    case missingRole(feature: String, role: ColumnRole.Kind)
    /// A feature cannot be computed.
    case invalidFeature(String, reason: String)
    /// The columns of a batch are not those of the schema.
    case notCanonical(expected: String, actual: String)
    /// The transaction at that position, from 0, has no time.
    case missingTime(row: Int)
    /// A transaction has a value that the schema's column cannot have.
    case wrongValue(column: String, expected: String)
    /// A history was kept for another plan: its tables that the engine does not have, and the reverse.
    case historyMismatch(unexpected: [String], missing: [String])
    /// A stored history that cannot be read, with the position and the problem.
    case malformedHistory(byteOffset: Int, message: String)
    /// Histories cannot be merged.
    case unmergeable(String)
}

extension FeatureEngineError: CustomStringConvertible {
    /// One line that says what is wrong with which value.
    public var description: String {
        switch self {
        case .unknownColumn(let feature, let name, let nearest):
            "feature \(QuotedText.value(feature)): there is no column \(QuotedText.value(name))"
                + (NearestNames.question(nearest).map { "; \($0)" } ?? "")
        case .unknownPoint(let feature, let name, let available):
            "feature \(QuotedText.value(feature)): there is no point \(QuotedText.value(name)) "
                + "(points: \(available.isEmpty ? "none" : available.joined(separator: ", ")))"
        case .unknownFunction(let feature, let name, let available):
            "feature \(QuotedText.value(feature)): no function \(QuotedText.value(name)) is registered "
                + "(functions: \(available.isEmpty ? "none" : available.joined(separator: ", ")))"
        case .wrongType(let feature, let column, let type, let expected):
            "feature \(QuotedText.value(feature)): column \(QuotedText.value(column)) is of type \(type), "
                + "expected \(expected)"
        case .missingRole(let feature, let role):
            "feature \(QuotedText.value(feature)) needs a column with the role \(role.rawValue)"
        case .invalidFeature(let feature, let reason): "feature \(QuotedText.value(feature)): \(reason)"
        case .notCanonical(let expected, let actual): "the columns are (\(actual)), expected (\(expected))"
        case .missingTime(let row): "the transaction in row \(row) has no time"
        case .wrongValue(let column, let expected):
            "the value of column \(QuotedText.value(column)) is not \(expected)"
        case .historyMismatch(let unexpected, let missing):
            "the history was kept for another plan: "
                + [
                    unexpected.isEmpty ? nil : "it has \(unexpected.joined(separator: "; "))",
                    missing.isEmpty ? nil : "the plan needs \(missing.joined(separator: "; "))",
                ].compactMap { $0 }.joined(separator: ", and ")
        case .malformedHistory(let byteOffset, let message):
            "malformed feature history at byte \(byteOffset): \(message)"
        case .unmergeable(let reason): "the histories cannot be merged: \(reason)"
        }
    }
}
