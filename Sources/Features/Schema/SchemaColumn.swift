/// A column of a ``TransactionSchema``.
public struct SchemaColumn: Sendable, Hashable {
    /// The column's name, as files that are written have it.
    public var name: String
    /// Other names under which files have it, compared without case.
    public var spellings: [String]
    /// What its values are, and how text writes them.
    public var type: SchemaColumnType
    /// What it means for fraud detection.
    public var role: ColumnRole
    /// Texts that mean a missing value in this column, besides those of ``TransactionSchema/missingMarkers``; compared
    /// without case and without blanks around them.
    public var missingMarkers: [String]
    /// Values that stand for 'unknown', such as `-999999`: unlike a missing value, a customer nobody knows.
    public var unknownCodes: [String]
    /// The least valid number; nil for no bound.
    public var minimum: Double?
    /// The greatest valid number; nil for no bound.
    public var maximum: Double?

    /// A column; most need a name, a type and a role.
    public init(
        _ name: String, _ type: SchemaColumnType, role: ColumnRole = .attribute, spellings: [String] = [],
        missingMarkers: [String] = [], unknownCodes: [String] = [], minimum: Double? = nil, maximum: Double? = nil
    ) {
        self.name = name
        self.spellings = spellings
        self.type = type
        self.role = role
        self.missingMarkers = missingMarkers
        self.unknownCodes = unknownCodes
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether that is its name or one of its spellings, without case.
    public func isNamed(_ name: String) -> Bool {
        let name = name.lowercased()
        return self.name.lowercased() == name || spellings.contains { $0.lowercased() == name }
    }
}
