public import StorageIO

/// Experiments, runs and registered models in one tracking store, in MLflow's own format.
///
/// ```swift
/// let tracking = try await TrackingClient.open("sqlite:///mlflow.db")
/// let run = try await tracking.experiment(named: "antifraud").startRun(name: "baseline")
/// try await run.log(metric: "roc_auc", 0.91)
/// try await run.end()
/// ```
///
/// A client is a value that may be copied and used from any number of tasks at once. Calls wait without blocking a
/// thread of the cooperative pool; those that write return once the values are durable.
public struct TrackingClient: Sendable {
    package let store: any TrackingStore
    let context: RunContext
    let artifacts: ArtifactStores

    /// Where the client was opened, as MLflow writes it, without user, password and options.
    public let uri: String

    /// Opens a tracking store; a file that does not exist, or is empty, is initialised so that MLflow can use it, too.
    ///
    /// - Parameters:
    ///   - uri: `sqlite:///relative/file.db` or `sqlite:////absolute/file.db`; `postgresql://USER@HOST:PORT/DATABASE`;
    ///     or an MLflow server, `http://HOST:PORT` or `https://HOST`, which is not contacted yet. Databases need the
    ///     package trait `TrackingDatabases`, which is enabled by default.
    ///   - artifactRoot: The location under which new experiments keep their artifacts: a folder, or a URL that
    ///     `stores` knows. By default the folder `mlruns` beside the database. It is also used for
    ///     `mlflow-artifacts:/`, the location that MLflow's server gives to experiments when it proxies artifacts. With
    ///     a server, that location is the server's own, and new experiments get its choice by default.
    ///   - context: Who and what makes the runs.
    ///   - stores: Opens artifact locations that are URLs of object stores.
    ///   - options: Read-only access, timeouts, credentials.
    /// - Throws: ``TrackingError`` that says why the store cannot be used and, where that helps, what to run.
    public static func open(
        _ uri: String, artifactRoot: String? = nil, context: RunContext = RunContext(),
        stores: ObjectStoreRegistry = ObjectStoreRegistry(), options: TrackingOptions = TrackingOptions()
    ) async throws -> TrackingClient {
        let location = try TrackingURI(uri)
        switch location {
        case .sqlite, .postgresql:
            return try await openDatabase(
                location, artifactRoot: artifactRoot, context: context, stores: stores, options: options)
        case .server(let address):
            let store = try RESTTrackingStore(
                uri: address, artifactRoot: artifactRoot.map(ArtifactPath.normalized), credentials: options.credentials,
                certificateAuthorities: options.certificateAuthorities, isReadOnly: options.isReadOnly)
            return TrackingClient(
                store: store, context: context,
                artifacts: ArtifactStores(
                    root: artifactRoot.map(ArtifactPath.normalized) ?? "", stores: stores,
                    proxied: ProxiedArtifacts(server: store.server)),
                uri: location.description)
        }
    }

    /// A URI as it may be shown: without user, password and options, and without anything that may be a part of them.
    public static func displayedURI(_ uri: String) -> String {
        (try? TrackingURI(uri).description) ?? TrackingURI.withoutSecrets(uri)
    }

    /// Closes the store. Later calls fail.
    ///
    /// Afterwards the database is one file again, unless others have it open. A client that is not closed loses
    /// nothing, but leaves SQLite's log (`-wal`) beside the file, which must be kept with it.
    public func close() async throws { try await store.close() }

    // MARK: Experiments

    /// The experiment of that name, created if it does not exist.
    ///
    /// - Parameters:
    ///   - artifactLocation: For a new one; by default its id under the artifact root.
    ///   - tags: For a new one.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/invalidState`` if it is deleted.
    public func experiment(
        named name: String, artifactLocation: String? = nil, tags: [String: String] = [:]
    ) async throws -> Experiment {
        try EntityLimits.check(experimentName: name)
        for (key, value) in tags { try EntityLimits.check(experimentTag: key, value) }
        if let found = try await store.experiment(named: name) { return try usable(found) }
        do {
            let location = artifactLocation.map(ArtifactPath.normalized)
            return Experiment(
                record: try await store.createExperiment(named: name, artifactLocation: location, tags: tags),
                client: self)
        } catch let error as TrackingError where error.code == .alreadyExists {
            // Another client has just created it.
            guard let found = try await store.experiment(named: name) else { throw error }
            return try usable(found)
        }
    }

    /// The experiment with that id, deleted or not.
    public func experiment(id: String) async throws -> Experiment {
        Experiment(record: try await store.experiment(id: id), client: self)
    }

    /// All experiments that a filter on `name`, `creation_time`, `last_update_time` and `tags.KEY` finds; the newest
    /// first unless `orderBy` says otherwise.
    public func experiments(
        matching filter: SearchFilter = "", orderBy: [String] = [], view: LifecycleView = .active, pageSize: Int = 1000
    ) -> PagedResults<ExperimentRecord> {
        var query = EntityQuery(filter: filter)
        query.orderBy = orderBy
        query.view = view
        return PagedResults(query, pageSize: pageSize) { [store] in try await store.searchExperiments($0) }
    }

    func usable(_ record: ExperimentRecord) throws -> Experiment {
        guard record.lifecycleStage == .active else {
            throw TrackingError(
                .invalidState, "experiment '\(record.name)'", "is deleted; restore it or choose another name")
        }
        return Experiment(record: record, client: self)
    }

    // MARK: Runs

    /// A run, whatever its state.
    public func run(id: String) async throws -> Run { Run(try await store.run(id: id), client: self) }

    /// Resumes a run: its status becomes ``RunStatus/running`` again.
    public func resumeRun(id: String) async throws -> Run {
        try await store.updateRun(id: id, status: .running, endTime: nil, name: nil)
        return try await run(id: id)
    }

    /// Runs of several experiments; see ``Experiment/runs(matching:orderBy:view:fields:pageSize:)``.
    /// - Parameter experimentIDs: Nil for all experiments.
    public func runs(
        inExperiments experimentIDs: [String]?, matching filter: SearchFilter = "", orderBy: [String] = [],
        view: LifecycleView = .active, fields: RunFields = .all, pageSize: Int = 1000
    ) -> PagedResults<RunRecord> {
        var query = RunQuery(experimentIDs: experimentIDs, filter: filter)
        query.orderBy = orderBy
        query.view = view
        query.fields = fields
        return PagedResults(query, pageSize: pageSize) { [store] in try await store.searchRuns($0) }
    }

    // MARK: Models and artifacts

    /// The model registry.
    public var models: ModelRegistry { ModelRegistry(client: self) }

    /// The folder that a URI names: `runs:/RUN/path`, `models:/NAME@alias`, `models:/NAME/3`, `models:/NAME/latest`, a
    /// path, or a URL.
    public func artifacts(at uri: String) async throws -> ArtifactFolder {
        try artifacts.folder(at: try await location(of: uri))
    }

    /// The absolute path or URL that a URI stands for.
    func location(of uri: String) async throws -> String {
        switch try ArtifactReference(uri) {
        case .run(let id, let path):
            let root = try await store.run(id: id).artifactURI
            return path.isEmpty ? root : ArtifactPath.join(root, path)
        case .model(let reference):
            let version = try await models.resolve(reference)
            let location = version.storageLocation ?? version.source
            guard case .location = try ArtifactReference(location) else {
                guard location.utf8.starts(with: "runs:".utf8) else {
                    throw TrackingError(
                        .invalidValue, uri, "its files are said to be at '\(location)', which is not a path or URL")
                }
                return try await self.location(of: location)
            }
            return location
        case .loggedModel:
            throw TrackingError(
                .invalidValue, uri, "is a logged model of MLflow 3; name the registered version that was made of it")
        case .location(let location): return location
        }
    }
}

/// How a client uses its tracking store.
public struct TrackingOptions: Sendable, Hashable {
    /// Refuses to write, and to make a file that is missing.
    public var isReadOnly: Bool
    /// How long to wait for others that hold the database.
    public var busyTimeout: Duration
    /// The credentials that an MLflow server checks.
    public var credentials: TrackingCredentials?
    /// A file of certificate authorities, in PEM form, that an `https` server's certificate is checked against, instead
    /// of the system's.
    public var certificateAuthorities: String?

    /// Writing, waiting up to 20 s as MLflow does.
    public init(
        isReadOnly: Bool = false, busyTimeout: Duration = .seconds(20), credentials: TrackingCredentials? = nil,
        certificateAuthorities: String? = nil
    ) {
        self.isReadOnly = isReadOnly
        self.busyTimeout = busyTimeout
        self.credentials = credentials
        self.certificateAuthorities = certificateAuthorities
    }
}

/// MLflow's bounds of a page.
func checked(_ pageSize: Int) throws(TrackingError) -> Int {
    guard (1...50_000).contains(pageSize) else {
        throw TrackingError(.invalidValue, "page size \(pageSize)", "must be from 1 to 50000")
    }
    return pageSize
}
