public import Features
/// What a column probably is, and why.
public struct ColumnProposal: Sendable, Hashable {
    /// How sure a proposal is; `rawValue` is the name in JSON.
    public enum Confidence: String, Sendable, Hashable, Codable, CaseIterable {
        /// An override says so.
        case given
        /// Name and values agree.
        case high
        /// Either the name or the values say so.
        case medium
        /// There is no better candidate.
        case low
    }

    /// The column's name in the data.
    public var name: String
    /// What it is in the schema.
    public var column: SchemaColumn
    /// A phrase for people, such as `every value occurs once`.
    public var reason: String
    /// How sure the role is.
    public var confidence: Confidence

    /// What it means for fraud detection.
    public var role: ColumnRole.Kind { column.role.kind }
    /// What its values are.
    public var type: SchemaColumnType.Kind { column.type.kind }
}
