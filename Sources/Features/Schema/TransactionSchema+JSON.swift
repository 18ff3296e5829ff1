import JSONText

extension TransactionSchema {
    /// Reads JSON, as `Documentation/YourData.md` describes it, and checks the schema.
    /// - Parameter file: What errors call it; nil for nothing.
    /// - Throws: ``SchemaError`` for bytes that are not JSON, members that are unknown, repeated, missing or of another type, with
    ///   their path; and what ``validate()`` throws; within ``SchemaError/inFile(_:_:)`` if there is a file.
    public init(json: [UInt8], file: String? = nil) throws(SchemaError) {
        do {
            try self.init(JSONValue(document: json, as: SchemaError.self))
        } catch {
            guard let file else { throw error }
            throw .inFile(file, error)
        }
    }

    /// The schema as JSON, a column a line, always the same bytes for equal schemas.
    public var json: [UInt8] { value.document(listing: "columns") }

    private init(_ value: JSONValue) throws(SchemaError) {
        var members = try DocumentMembers<SchemaError>(value, path: "")
        // First, since in another version everything else may differ.
        try members.requireVersion(TransactionSchema.version)
        let name = try members.text("name")
        let missingMarkers = try members.texts("missing_markers") ?? []
        let elements = try members.requiredList("columns")
        try members.finish()
        var columns: [SchemaColumn] = []
        for (index, element) in elements.enumerated() {
            columns.append(try SchemaColumn(element, path: "columns[\(index)]"))
        }
        self.init(name: name, columns: columns, missingMarkers: missingMarkers)
        try validate()
    }

    private var value: JSONValue {
        let head: JSONValue = ["version": .integer("\(TransactionSchema.version)")]
        return head.with("name", name.map { .string($0) })
            .with("missing_markers", JSONValue.list(missingMarkers, default: []))
            .with("columns", .array(columns.map(\.value)))
    }
}

extension TransactionSchema: Codable {
    /// Reads the same form as ``init(json:file:)``.
    /// - Throws: ``SchemaError``, as there.
    public init(from decoder: any Decoder) throws {
        try self.init(JSONValue(from: decoder))
    }

    /// Writes the same form as ``json``.
    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
