package import CommandLineSupport
import Essentials
import JobSupport
package import StorageIO
package import Tracking

/// Where a program tracks: what its arguments say, else what MLflow's variables in the environment say.
package struct TrackingDestination: Sendable {
    /// Nil when nothing names a place.
    package let uri: String?
    package let artifactRoot: String?
    private let environment: [String: String]

    package init(
        _ arguments: TrackingArguments, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.init(uri: arguments.tracking, artifactRoot: arguments.artifactRoot, environment: environment)
    }

    package init(
        uri: String?, artifactRoot: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.environment = environment
        self.uri = uri ?? Self.value("MLFLOW_TRACKING_URI", environment)
        self.artifactRoot = artifactRoot
    }

    /// Whether the place is an MLflow server.
    package var isServer: Bool { uri.map { $0.hasPrefix("http:") || $0.hasPrefix("https:") } ?? false }

    /// The experiment that `MLFLOW_EXPERIMENT_NAME` names.
    package var experiment: String? { Self.value("MLFLOW_EXPERIMENT_NAME", environment) }

    /// Opens the place.
    /// - Parameter program: becomes the source of the runs.
    /// - Throws: ``JobError`` when nothing names a place.
    package func open(
        program: String, stores: ObjectStoreRegistry, isReadOnly: Bool = false
    ) async throws -> TrackingClient {
        guard let uri else {
            throw JobError.contradictorySettings(
                "no place of tracking is named: give --tracking, or set MLFLOW_TRACKING_URI")
        }
        var options = options
        options.isReadOnly = isReadOnly
        return try await TrackingClient.open(
            uri, artifactRoot: artifactRoot, context: context(program: program), stores: stores, options: options)
    }

    /// Who and what makes runs.
    package func context(program: String) -> RunContext {
        RunContext(
            user: Self.userName, sourceName: program, sourceType: .local,
            gitCommit: GitCommit.current(ofRepositoryAround: FileManager.default.currentDirectoryPath))
    }

    /// The variables that MLflow's own clients read.
    private var options: TrackingOptions {
        var options = TrackingOptions()
        if let token = Self.value("MLFLOW_TRACKING_TOKEN", environment) {
            options.credentials = .token(token)
        } else if let user = Self.value("MLFLOW_TRACKING_USERNAME", environment) {
            options.credentials = .user(user, password: environment["MLFLOW_TRACKING_PASSWORD"] ?? "")
        }
        options.certificateAuthorities = Self.value("MLFLOW_TRACKING_SERVER_CERT_PATH", environment)
        return options
    }

    /// The account that the program runs as; its number where the system knows no name, as in containers.
    private static var userName: String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "\(geteuid())" }
        return String(cString: name)
    }

    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
