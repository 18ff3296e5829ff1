/// What the columns of any transactions are: their names in files, types, and what they mean for fraud detection.
///
/// A value that can be changed, compared, and read and written as JSON (``init(json:file:)``, ``json``). Columns of a table that
/// the schema does not list are carried along.
public struct TransactionSchema: Sendable, Hashable {
    /// The version of the JSON that is written, and the only one that is read.
    public static let version = 1

    /// What the transactions are called, for people; nil for nothing.
    public var name: String?
    /// The columns, in the order of the files that are written.
    public var columns: [SchemaColumn]
    /// Texts that mean a missing value in every column, compared without case and without blanks around them. An empty
    /// text always does.
    public var missingMarkers: [String]

    /// A schema, which ``validate()`` checks.
    public init(name: String? = nil, columns: [SchemaColumn], missingMarkers: [String] = []) {
        self.name = name
        self.columns = columns
        self.missingMarkers = missingMarkers
    }

    /// The first column with a role; nil if there is none.
    public func column(_ role: ColumnRole.Kind) -> SchemaColumn? { columns.first { $0.role.kind == role } }

    /// All columns with a role, in order.
    public func columns(_ role: ColumnRole.Kind) -> [SchemaColumn] { columns.filter { $0.role.kind == role } }

    /// Who and what takes part: customer, card, terminal, merchant.
    public var keys: [SchemaColumn] { columns(.key) }

    /// What else is known of a transaction.
    public var attributes: [SchemaColumn] { columns(.attribute) }

    /// The points on Earth of which there is both coordinates, in the order of their latitudes.
    public var points: [SchemaPoint] {
        columns.compactMap { latitude in
            guard case .latitude(let point) = latitude.role,
                let longitude = columns.first(where: { $0.role == .longitude(point: point) })
            else { return nil }
            return SchemaPoint(name: point, latitude: latitude, longitude: longitude)
        }
    }

    /// The column of that name or spelling, without case; nil if there is none.
    public func column(named name: String) -> SchemaColumn? {
        columns.first { $0.name == name } ?? columns.first { $0.isNamed(name) }
    }
}

/// A point on Earth: two columns of a ``TransactionSchema``.
public struct SchemaPoint: Sendable, Hashable {
    /// Such as `customer` or `merchant`.
    public let name: String
    /// Degrees north.
    public let latitude: SchemaColumn
    /// Degrees east.
    public let longitude: SchemaColumn
}
