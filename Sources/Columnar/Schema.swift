/// A named, typed column of a schema.
public struct Field: Sendable, Hashable, Codable {
    /// Unique within a schema; case matters.
    public var name: String
    /// What the values mean.
    public var type: DataType
    /// Whether rows without a value are allowed.
    public var isNullable: Bool

    /// A field of that name and type.
    public init(_ name: String, _ type: DataType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}

/// The ordered fields of a table. Names are unique.
public struct Schema: Sendable, Hashable {
    /// The fields in column order.
    public let fields: [Field]
    private let indexByName: [String: Int]

    /// - Throws: ``ColumnarError/duplicateField(name:)`` when two fields share a name.
    public init(_ fields: [Field]) throws(ColumnarError) {
        var indexByName: [String: Int] = [:]
        for (index, field) in fields.enumerated()
        where indexByName.updateValue(index, forKey: field.name) != nil {
            throw .duplicateField(name: field.name)
        }
        self.fields = fields
        self.indexByName = indexByName
    }

    /// The names in column order.
    public var names: [String] { fields.map(\.name) }

    /// The position of the field with that exact name, or nil.
    public func index(of name: String) -> Int? { indexByName[name] }

    /// The field with that exact name, or nil.
    public func field(named name: String) -> Field? { index(of: name).map { fields[$0] } }

    /// The position of the field with that exact name.
    /// - Throws: ``ColumnarError/missingField(name:available:)`` when there is none.
    public func requiredIndex(of name: String) throws(ColumnarError) -> Int {
        guard let index = index(of: name) else { throw .missingField(name: name, available: names) }
        return index
    }

    /// The schema of just these fields, in this order.
    /// - Throws: ``ColumnarError/missingField(name:available:)`` when one does not exist.
    public func selecting(_ names: [String]) throws(ColumnarError) -> Schema {
        var selected: [Field] = []
        for name in names { selected.append(fields[try requiredIndex(of: name)]) }
        return try Schema(selected)
    }

    /// Whether all fields are equal and in the same order.
    public static func == (left: Schema, right: Schema) -> Bool { left.fields == right.fields }

    /// Hashes the fields.
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }
}

extension Schema: Codable {
    /// Reads a list of fields.
    public init(from decoder: any Decoder) throws {
        try self.init([Field](from: decoder))
    }

    /// Writes a list of fields.
    public func encode(to encoder: any Encoder) throws {
        try fields.encode(to: encoder)
    }
}

extension Schema: CustomStringConvertible {
    /// What it is, for people.
    public var description: String {
        fields.map { "\($0.name): \($0.type)\($0.isNullable ? "" : " not null")" }.joined(separator: ", ")
    }
}
