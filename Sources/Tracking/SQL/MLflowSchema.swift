/// The tables of MLflow 3.17.2, as one of its own databases lists them, so that MLflow opens a file made here without
/// any migration.
///
/// MLflow asks two things of a database: that each of its tables exists, else it migrates from the recorded revision,
/// and that the recorded revision is its newest, else it refuses the file and names `mlflow db upgrade`. Only the whole
/// set at that revision satisfies both: with a table missing, migrations find nothing to do at the newest revision and
/// pages that need the table fail. A later MLflow migrates the file as it migrates its own.
enum MLflowSchema {
    /// Not MLflow's: lets a search for the best runs by a metric walk through its values in order. MLflow, which looks at
    /// tables and at the revision only, uses it, too.
    static let ownIndex =
        "CREATE INDEX IF NOT EXISTS antifraud_latest_metrics_key_value ON latest_metrics (key, value)"

    /// What `alembic_version` records.
    static let revision = "dc11669786a5"
}
