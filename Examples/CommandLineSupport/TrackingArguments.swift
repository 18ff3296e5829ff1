package import ArgumentParser

/// Where a program finds runs and registered models.
package struct TrackingArguments: ParsableArguments {
    @Option(
        help: """
            Where runs are tracked: sqlite:///FILE, postgresql://USER@HOST/DATABASE, or http(s)://HOST of an MLflow server. \
            MLFLOW_TRACKING_URI otherwise.
            """)
    package var tracking: String?

    @Option(
        help: """
            Where new experiments of a database keep their files, such as s3://bucket/path; also what mlflow-artifacts:/ \
            stands for there.
            """, completion: .directory)
    package var artifactRoot: String?

    package init() {}
}
