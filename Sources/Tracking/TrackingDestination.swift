public import Essentials
public import StorageIO

/// Where a program tracks: what it is told, else what MLflow's variables in the environment say.
///
/// `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_TOKEN`, `MLFLOW_TRACKING_USERNAME`, `MLFLOW_TRACKING_PASSWORD`,
/// `MLFLOW_TRACKING_SERVER_CERT_PATH` and `MLFLOW_EXPERIMENT_NAME` are read, as MLflow's own clients do.
public struct TrackingDestination: Sendable {
    /// A server's or database's URI; nil when neither the caller nor the environment names one.
    public let uri: String?
    /// Where new experiments of a database keep their files.
    public let artifactRoot: String?
    private let environment: [String: String]

    /// - Parameters:
    ///   - uri: `sqlite:///FILE`, `postgresql://USER@HOST/DATABASE`, or `http(s)://HOST` of an MLflow server; nil for the
    ///     environment's.
    ///   - artifactRoot: where new experiments of a database keep their files; nil for a folder beside it.
    ///   - environment: the variables.
    public init(
        uri: String? = nil, artifactRoot: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.environment = environment
        self.uri = uri ?? Self.value("MLFLOW_TRACKING_URI", environment)
        self.artifactRoot = artifactRoot
    }

    /// Whether it is an MLflow server.
    public var isServer: Bool { uri.map { $0.hasPrefix("http:") || $0.hasPrefix("https:") } ?? false }

    /// The experiment that `MLFLOW_EXPERIMENT_NAME` names.
    public var experiment: String? { Self.value("MLFLOW_EXPERIMENT_NAME", environment) }

    /// Connects to it.
    /// - Parameters:
    ///   - program: becomes the source of the runs.
    ///   - stores: finds the files of runs.
    ///   - isReadOnly: whether nothing is to be written.
    /// - Throws: ``TrackingError``, also when no URI is given.
    public func open(
        program: String = ProcessInfo.processInfo.processName, stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        isReadOnly: Bool = false
    ) async throws -> TrackingClient {
        guard let uri else {
            throw TrackingError(
                .invalidValue, "tracking", "no URI is given; pass one (--tracking), or set MLFLOW_TRACKING_URI")
        }
        var options = options
        options.isReadOnly = isReadOnly
        return try await TrackingClient.open(
            uri, artifactRoot: artifactRoot, context: context(program: program), stores: stores, options: options)
    }

    /// Who and what makes runs: the user that the program runs as, the program, and the commit of the working directory.
    public func context(program: String = ProcessInfo.processInfo.processName) -> RunContext {
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
