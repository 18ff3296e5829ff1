import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import Tracking
import TrackingJobs

@main
struct TrackingCopyCommand: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "tracking-copy",
        abstract:
            "Copy experiments, runs, their histories and files, and registered models between tracking stores.",
        discussion: """
            Tracking URIs are MLflow's: sqlite:///FILE, postgresql://USER@HOST/DATABASE, http(s)://HOST of a server.

              tracking-copy sqlite:///mlflow.db http://127.0.0.1:5000
              tracking-copy https://mlflow.example.org postgresql://mlflow@db/mlflow \\
                --artifact-root s3://antifraud/mlflow

            Databases keep the ids of runs; servers assign new ones. An interrupted copy resumes when it is run again. \
            What could not be copied is listed, and the exit code is 1. That includes logged models of MLflow 3, but their files \
            are copied if a registered version needs them. The password of a database comes from PGPASSWORD, \
            .pgpass or a service file; the credentials of a server come from MLFLOW_TRACKING_TOKEN or \
            MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
            """,
        version: Version.current)

    @Argument(help: "The tracking URI to copy from; nothing there is changed.", completion: .file())
    var source: String

    @Argument(help: "The tracking URI to copy to.", completion: .file())
    var destination: String

    @Option(help: "Copy only this experiment; may be given several times.")
    var experiment: [String] = []

    @Option(help: "The location that mlflow-artifacts:/ stands for in a source database.", completion: .directory)
    var sourceArtifactRoot: String?

    @Option(help: "Where new experiments of a destination database store their files.", completion: .directory)
    var artifactRoot: String?

    @Flag(help: "Do not copy files.")
    var withoutArtifacts = false

    @Flag(help: "Do not copy registered models.")
    var withoutModels = false

    @Flag(help: "Do not copy deleted experiments and runs.")
    var withoutDeleted = false

    @Option(help: "How many runs to copy at the same time.")
    var parallel = 4

    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard (1...100).contains(parallel) else { throw ValidationError("--parallel must lie in 1...100.") }
    }

    mutating func run() async throws {
        let bar = talk.progress("copying")
        defer { bar.finish() }
        let report = try await TrackingCopyJob(
            from: TrackingDestination(uri: source, artifactRoot: sourceArtifactRoot),
            to: TrackingDestination(uri: destination, artifactRoot: artifactRoot),
            options: TrackingCopy.Options(
                experiments: experiment.isEmpty ? nil : Set(experiment), copiesArtifacts: !withoutArtifacts,
                copiesModels: !withoutModels, copiesDeleted: !withoutDeleted, parallelRuns: parallel),
            stores: .ofThisProcess(logger: talk.logger("tracking-copy"))
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(report, text: TrackingCopyText(report).text)
        if !report.failures.isEmpty { throw JobError.incompleteTrackingCopy(failures: report.failures.count) }
    }
}
