package import ArgumentParser

/// Where a program finds runs and registered models.
package struct TrackingArguments: ParsableArguments {
    @Option(
        help: """
            The tracking URI: sqlite:///FILE, postgresql://USER@HOST/DATABASE, or http(s)://HOST of an MLflow server. \
            By default MLFLOW_TRACKING_URI.
            """)
    package var tracking: String?

    @Option(
        help: """
            Where new experiments of a database store their files, such as s3://bucket/path; also what mlflow-artifacts:/ \
            stands for there.
            """, completion: .directory)
    package var artifactRoot: String?

    package init() {}
}
