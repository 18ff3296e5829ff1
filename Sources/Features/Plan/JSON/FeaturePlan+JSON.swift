import JSONText

extension FeaturePlan {
    /// Reads JSON, as `Documentation/FeaturePlans.md` describes it, and checks the plan as far as that needs no schema.
    /// - Parameter file: What errors call it; nil for nothing.
    /// - Throws: ``FeaturePlanError`` for bytes that are not JSON, members that are unknown, repeated, missing or of another type,
    ///   with their path; and what ``validate()`` throws; within ``FeaturePlanError/inFile(_:_:)`` if there is a file.
    public init(json: [UInt8], file: String? = nil) throws(FeaturePlanError) {
        do {
            try self.init(JSONValue(document: json, as: FeaturePlanError.self))
        } catch {
            guard let file else { throw error }
            throw .inFile(file, error)
        }
    }

    /// The plan as JSON, a feature a line, always the same bytes for equal plans.
    public var json: [UInt8] { value.document(listing: "features") }

    private init(_ value: JSONValue) throws(FeaturePlanError) {
        var members = try DocumentMembers<FeaturePlanError>(value, path: "")
        // First, since in another version everything else may differ.
        try members.requireVersion(FeaturePlan.version)
        let name = try members.requiredText("name")
        let elements = try members.requiredList("features")
        try members.finish()
        var features: [FeatureDeclaration] = []
        for (index, element) in elements.enumerated() {
            features.append(try FeatureDeclaration(element, path: "features[\(index)]"))
        }
        self.init(name: name, features: features)
        try validate()
    }

    private var value: JSONValue {
        [
            "version": .integer("\(FeaturePlan.version)"), "name": .string(name),
            "features": .array(features.map(\.value)),
        ]
    }
}

extension FeaturePlan: Codable {
    /// Reads the same form as ``init(json:file:)``.
    /// - Throws: ``FeaturePlanError``, as there.
    public init(from decoder: any Decoder) throws {
        try self.init(JSONValue(from: decoder))
    }

    /// Writes the same form as ``json``.
    public func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
