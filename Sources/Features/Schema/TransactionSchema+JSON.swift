import JSONText

extension TransactionSchema {
    /// Reads JSON, as `Documentation/YourData.md` describes it, and checks the schema.
    /// - Parameter file: What errors call it; nil for nothing.
    /// - Throws: ``SchemaError`` for bytes that are not JSON, members that are unknown, repeated, missing or of another type, with
    ///   their path; and what ``validate()`` throws; within ``SchemaError/inFile(_:_:)`` if there is a file.
    public init(json: [UInt8], file: String? = nil) throws(SchemaError) {
        do {
            try self.init(json: json)
        } catch {
            guard let file else { throw error }
            throw .inFile(file, error)
        }
    }

    private init(json: [UInt8]) throws(SchemaError) {
        // Editors of Windows begin files with a byte order mark.
        let json = json.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(json.dropFirst(3)) : json
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json)
        } catch {
            throw .notJSON(message: error.description)
        }
        try self.init(value)
    }

    /// The schema as JSON, a column a line, always the same bytes for equal schemas.
    public var json: [UInt8] {
        guard case .object(let members) = value else { return [] }
        let lines = members.map { member in
            let name = JSONValue.string(member.name).text
            guard member.name == "columns", case .array(let columns) = member.value else {
                return "  \(name): \(member.value.spacedText)"
            }
            return "  \(name): [\n\(columns.map { "    \($0.spacedText)" }.joined(separator: ",\n"))\n  ]"
        }
        return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
    }

    private init(_ value: JSONValue) throws(SchemaError) {
        var members = try SchemaMembers(value, path: "")
        // First, since in another version everything else may differ.
        guard let version = members.value("version") else { throw .missingMember(path: "version") }
        guard case .integer(let digits) = version else { throw members.failure("version", version, "a whole number") }
        guard Int(digits) == TransactionSchema.version else { throw .unsupportedVersion(digits) }
        let name = try members.text("name")
        let missingMarkers = try members.texts("missing_markers") ?? []
        guard let list = members.value("columns") else { throw .missingMember(path: "columns") }
        guard case .array(let elements) = list else { throw members.failure("columns", list, "a list in brackets") }
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

extension JSONValue {
    /// Texts, nil where they are the default.
    static func list(_ texts: [String], default standard: [String]) -> JSONValue? {
        texts == standard ? nil : .array(texts.map { .string($0) })
    }

    /// On one line, with a space after commas and colons.
    fileprivate var spacedText: String {
        switch self {
        case .array(let values): "[\(values.map(\.spacedText).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(JSONValue.string($0.name).text): \($0.value.spacedText)" }.joined(separator: ", "))}"
        case .null, .boolean, .integer, .number, .string: text
        }
    }
}
