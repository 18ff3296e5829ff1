/// The tables and columns of MLflow's that this library uses.
enum MLflowTables {
    /// - Parameters:
    ///   - tables: The columns that are there, by table.
    ///   - revision: Asked for when something is missing.
    /// - Throws: ``TrackingError`` unless every table and column that this library uses is there.
    static func check(
        _ tables: [String: Set<String>], name: String, revision: () throws -> String?
    ) throws {
        guard tables["alembic_version"] != nil, tables["experiments"] != nil, tables["runs"] != nil else {
            let found = tables.keys.sorted().prefix(3).joined(separator: ", ")
            throw TrackingError(
                .incompatibleDatabase, name,
                "holds the tables of another program (\(found)…); name another one")
        }
        for (table, needed) in neededColumns.sorted(by: { $0.key < $1.key }) {
            let missing = needed.subtracting(tables[table] ?? [])
            guard missing.isEmpty else {
                throw TrackingError(
                    .incompatibleDatabase, name,
                    "was made by another MLflow version (revision \(try revision() ?? "none")): table \(table) lacks "
                        + "\(missing.sorted().joined(separator: ", ")); back it up, then run 'mlflow db upgrade \(name)'"
                )
            }
        }
    }

    private static let neededColumns: [String: Set<String>] = [
        "experiments": [
            "experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time", "last_update_time",
        ],
        "experiment_tags": ["experiment_id", "key", "value"],
        "runs": [
            "run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id", "status", "start_time",
            "end_time", "source_version", "lifecycle_stage", "artifact_uri", "experiment_id", "deleted_time",
        ],
        "metrics": ["key", "value", "timestamp", "run_uuid", "step", "is_nan"],
        "latest_metrics": ["key", "value", "timestamp", "run_uuid", "step", "is_nan"],
        "params": ["key", "value", "run_uuid"],
        "tags": ["key", "value", "run_uuid"],
        "datasets": [
            "dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type", "dataset_source",
            "dataset_schema",
            "dataset_profile",
        ],
        "inputs": ["input_uuid", "source_type", "source_id", "destination_type", "destination_id"],
        "input_tags": ["input_uuid", "name", "value"],
        "registered_models": ["name", "creation_time", "last_updated_time", "description"],
        "registered_model_tags": ["name", "key", "value"],
        "registered_model_aliases": ["name", "alias", "version"],
        "model_versions": [
            "name", "version", "creation_time", "last_updated_time", "description", "current_stage", "source", "run_id",
            "status", "storage_location",
        ],
        "model_version_tags": ["name", "version", "key", "value"],
    ]
}
