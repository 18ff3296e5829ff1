public import Essentials
public import Pipelines
public import StorageIO
public import Tracking

/// Logs a training to an experiment: one run with parameters, metrics and the model, which may be registered.
public struct ModelPublisher: Sendable {
    /// The name under which fraud models are registered.
    public static let modelName = "antifraud"
    /// The alias of the version in use.
    public static let championAlias = "champion"
    /// The experiment that the original system logs to.
    public static let experimentName = "antifraud-experiment"

    /// What was logged where.
    public struct Receipt: Sendable, Codable {
        /// The run's id.
        public var runID: String
        /// The experiment's name.
        public var experiment: String
        /// The tracking URI, without credentials.
        public var trackingURI: String
        /// The version that was registered; nil where that is not known yet, or none was asked for.
        public var modelVersion: Int?
        /// The registered model of which it is a version.
        public var registeredModel: String?
        /// The alias that points at it.
        public var alias: String?
        /// Whether everything has arrived; else a journal keeps it.
        public var isDelivered = true
        /// The folder of the journal that is to be delivered.
        public var journal: String?

        init(
            runID: String, experiment: String, trackingURI: String, modelVersion: Int?,
            registration: ModelRegistration?, isDelivered: Bool = true, journal: String? = nil
        ) {
            self.runID = runID
            self.experiment = experiment
            self.trackingURI = trackingURI
            self.modelVersion = modelVersion
            registeredModel = registration?.name
            alias = registration?.alias
            self.isDelivered = isDelivered
            self.journal = journal
        }
    }

    /// How long a tracking server or database may take to say that it can be logged to.
    private static let timeout = Duration.seconds(30)

    /// The connection.
    public let tracking: TrackingClient
    /// The experiment's name.
    public let experiment: String

    private let stores: ObjectStoreRegistry

    /// - Parameters:
    ///   - tracking: an open connection, which the caller closes.
    ///   - experiment: made where there is none of that name.
    ///   - stores: finds the training data, of which the run notes name and state.
    public init(
        tracking: TrackingClient, experiment: String = ModelPublisher.experimentName,
        stores: ObjectStoreRegistry = ObjectStoreRegistry()
    ) {
        self.tracking = tracking
        self.experiment = experiment
        self.stores = stores
    }

    /// Connects for some work and closes the connection afterwards, whatever came of the work: closing brings everything into the
    /// one file of an SQLite database.
    ///
    /// A server that does not respond, and an experiment that cannot be logged to, are found before the work.
    /// - Throws: ``ModelTrackingError/noResponse(from:within:)`` after 30 seconds; `TrackingError`; what `body` throws.
    public static func withTracking<Result>(
        _ destination: TrackingDestination, experiment: String? = nil,
        program: String = ProcessInfo.processInfo.processName,
        stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        _ body: (ModelPublisher) async throws -> Result
    ) async throws -> Result {
        let experiment = experiment ?? destination.experiment ?? experimentName
        let tracking = try await withTimeLimit(
            timeout, waitingFor: "the tracking store \(TrackingClient.displayedURI(destination.uri ?? ""))"
        ) {
            let tracking = try await destination.open(program: program, stores: stores)
            do {
                _ = try await tracking.experiment(named: experiment)
            } catch {
                try? await tracking.close()
                throw error
            }
            return tracking
        }
        let result: Result
        do {
            // What cannot be logged to is found out before the work, not after it.
            try await tracking.check(experiment: experiment)
            result = try await body(ModelPublisher(tracking: tracking, experiment: experiment, stores: stores))
        } catch {
            try? await tracking.close()
            throw error
        }
        try await tracking.close()
        return result
    }

    /// Logs a training as one run: parameters, metrics, histories, tags, and the model's folder as the artifact `model`.
    /// - Parameters:
    ///   - location: the folder where the model was saved, in any store.
    ///   - metrics: beyond those of the training, such as a comparison's.
    ///   - registration: whether and how the model becomes a new version of a registered one.
    /// - Throws: `TrackingError`, `ObjectStoreError`; the run is marked as failed then.
    public func publish(
        _ outcome: TrainingResult, model location: StorageLocation, data: String, metrics: [String: Double] = [:],
        registration: ModelRegistration? = nil
    ) async throws -> Receipt {
        let content = try await RunContent(
            outcome, model: location.description, data: data, metrics: metrics, stores: stores)
        let run = try await tracking.experiment(named: experiment).startRun(tags: content.tags)
        do {
            try await run.log(anyLength: content.parameters)
            try await run.log(content.metrics)
            try await run.log(inputs: content.inputs)
            try await run.log(artifacts: location, as: "model")
            var version: ModelVersion?
            for (path, bytes) in content.files { try await run.log(artifact: bytes, as: path) }
            if let registration {
                let registered = try await tracking.models.register(
                    registration.name, source: "runs:/\(run.id)/model", runID: run.id)
                if let alias = registration.alias {
                    try await tracking.models.setAlias(alias, of: registration.name, to: registered.version)
                }
                version = registered
            }
            try await run.end()
            return Receipt(
                runID: run.id, experiment: self.experiment, trackingURI: tracking.uri, modelVersion: version?.version,
                registration: registration)
        } catch {
            // The run must not look as if it were still going on.
            try? await run.end(.failed)
            throw error
        }
    }
}
