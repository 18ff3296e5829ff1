/// A data set that a run has read, as MLflow's pages show it beside the run.
public struct DatasetInput: Sendable, Hashable {
    /// For people, such as a file's name. At most 500 characters.
    public var name: String
    /// Tells contents apart, such as the first digits of a checksum. At most 36 characters; MLflow takes two inputs of one
    /// experiment with the same name and digest for the same data set.
    public var digest: String
    /// The kind of ``source``, such as `local`, `s3` or `http`.
    public var sourceType: String
    /// Where the data are; MLflow's Python client reads JSON such as `{"uri": "s3://bucket/key"}` here.
    public var source: String
    /// Columns and types as JSON, in MLflow's form; at most 1,048,575 characters.
    public var schema: String?
    /// Counts and the like as JSON, such as `{"num_rows": 1754155}`.
    public var profile: String?
    /// What the run used it for, such as `training` or `test`.
    public var context: String?
    /// Further notes of this use, by key.
    public var tags: [String: String]

    /// A data set and its use.
    public init(
        name: String, digest: String, sourceType: String = "local", source: String, schema: String? = nil,
        profile: String? = nil, context: String? = nil, tags: [String: String] = [:]
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
        self.context = context
        self.tags = tags
    }
}

extension DatasetInput {
    /// The tags as MLflow stores them, the context among them.
    var allTags: [String: String] {
        var all = tags
        if let context { all[MLflowTag.datasetContext] = context }
        return all
    }

    /// Takes the context out of stored tags.
    init(
        name: String, digest: String, sourceType: String, source: String, schema: String?, profile: String?,
        allTags: [String: String]
    ) {
        var tags = allTags
        let context = tags.removeValue(forKey: MLflowTag.datasetContext)
        self.init(
            name: name, digest: digest, sourceType: sourceType, source: source, schema: schema, profile: profile,
            context: context, tags: tags)
    }
}
