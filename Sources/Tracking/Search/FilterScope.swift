/// What a filter can refer to, which depends on what is searched.
struct FilterScope {
    /// The prefixes before the period, by name.
    var prefixes: [String: FilterComparison.Entity]
    /// Text attributes: the compiler's name for each, by the names that a filter can use.
    var textAttributes: [String: String]
    var numericAttributes: [String: String]
    /// Attributes that take `IN` and `NOT IN`.
    var listAttributes: Set<String>
    /// Whether tags and parameters take `IS NULL` and `IS NOT NULL`.
    var asksForAbsence = true

    static let runs = FilterScope(
        prefixes: prefixes(.metric, "metric", "metrics")
            .merging(prefixes(.parameter, "parameter", "parameters", "param", "params")) { first, _ in first }
            .merging(prefixes(.tag, "tag", "tags")) { first, _ in first }
            .merging(prefixes(.attribute, "attribute", "attributes", "attr", "run")) { first, _ in first }
            .merging(prefixes(.dataset, "dataset", "datasets")) { first, _ in first },
        textAttributes: [
            "run_id": "run_id", "run_name": "run_name", "run name": "run_name", "Run name": "run_name",
            "Run Name": "run_name", "user_id": "user_id", "status": "status", "artifact_uri": "artifact_uri",
        ],
        numericAttributes: [
            "start_time": "start_time", "end_time": "end_time", "created": "start_time", "Created": "start_time",
        ],
        listAttributes: ["run_id"])

    static let experiments = FilterScope(
        prefixes: prefixes(.attribute, "attribute").merging(prefixes(.tag, "tag", "tags")) { first, _ in first },
        textAttributes: ["name": "name", "experiment_id": "experiment_id"],
        numericAttributes: ["creation_time": "creation_time", "last_update_time": "last_update_time"],
        listAttributes: ["experiment_id"])

    static let models = FilterScope(
        prefixes: prefixes(.attribute, "attribute").merging(prefixes(.tag, "tag", "tags")) { first, _ in first },
        textAttributes: ["name": "name"], numericAttributes: [:], listAttributes: ["name"], asksForAbsence: false)

    static let versions = FilterScope(
        prefixes: prefixes(.attribute, "attribute").merging(prefixes(.tag, "tag", "tags")) { first, _ in first },
        textAttributes: ["name": "name", "run_id": "run_id", "source_path": "source"],
        numericAttributes: ["version_number": "version"], listAttributes: ["name", "run_id"], asksForAbsence: false)

    static let datasetKeys: Set<String> = ["name", "digest", "context"]

    private static func prefixes(_ entity: FilterComparison.Entity, _ names: String...)
        -> [String: FilterComparison.Entity]
    {
        Dictionary(names.map { ($0, entity) }) { first, _ in first }
    }
}
