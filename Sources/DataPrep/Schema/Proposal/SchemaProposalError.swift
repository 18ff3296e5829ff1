public import Features
import Columnar

/// Why there is no ``SchemaProposal``.
public enum SchemaProposalError: Error, Sendable, Hashable {
    /// The data have no columns with names.
    case noColumns
    /// An override names a column that the data do not have.
    case unknownColumn(name: String, role: ColumnRole.Kind, nearest: [String], available: [String])
    /// Overrides give one column two roles.
    case contradictoryRoles(column: String, roles: [ColumnRole.Kind])
    /// The column that is to be the time has values that no known format reads.
    case unreadableTimes(column: String, example: String?)
    /// The given time format reads none of the column's values.
    case unsuitableTimeFormat(column: String, format: String, example: String?)
    /// The column that is to be the label has other than two values.
    case unsuitableLabel(column: String, distinct: Int)
    /// The column that is to be the amount has values that are not numbers.
    case amountsNotNumbers(column: String, example: String?)
    /// The decisions make a schema that contradicts itself.
    case invalidSchema(SchemaError)
}

extension SchemaProposalError: CustomStringConvertible {
    /// One line that names the column, and the way out.
    public var description: String {
        switch self {
        case .noColumns: return "the data have no columns with names"
        case .unknownColumn(let name, let role, let nearest, let available):
            let question = NearestNames.question(nearest).map { " (\($0))" } ?? ""
            let purpose = role == .ignored ? "to exclude" : "for the role \(role.rawValue)"
            return "there is no column \(QuotedText.value(name)) \(purpose)\(question); \(QuotedText.names(available))"
        case .contradictoryRoles(let column, let roles):
            return "column \(QuotedText.value(column)) cannot be \(roles.map(\.rawValue).joined(separator: " and "))"
        case .unreadableTimes(let column, let example):
            return "column \(QuotedText.value(column)) has values\(Self.text(example)) that are no known form of time: "
                + "give their format, such as 'dd.MM.yyyy HH:mm'"
        case .unsuitableTimeFormat(let column, let format, let example):
            return "the time format \(QuotedText.value(format)) reads no value of column "
                + "\(QuotedText.value(column))\(Self.text(example))"
        case .unsuitableLabel(let column, let distinct):
            return "column \(QuotedText.value(column)) has \(distinct) values; a label has two"
        case .amountsNotNumbers(let column, let example):
            return "column \(QuotedText.value(column)) has values\(Self.text(example)) that are not numbers"
        case .invalidSchema(let error): return error.description
        }
    }

    private static func text(_ example: String?) -> String {
        example.map { ", such as \(QuotedText.value($0))," } ?? ""
    }
}
