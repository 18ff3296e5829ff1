public import Essentials
public import Logging
import Parallelism
public import Pipelines
public import StorageIO
public import Tracking

/// A training whose run goes through a journal: it neither waits for the tracking server nor fails with it.
public struct JournaledTraining: Sendable {
    /// Where and how it is logged.
    public struct Settings: Sendable {
        /// The folder of journals.
        public var journal: String
        /// The experiment's name; nil for the environment's, or ``ModelPublisher/experimentName``.
        public var experiment: String?
        /// Whether and how the model becomes a new version of a registered one.
        public var registration: ModelRegistration?
        /// The time between two samples of processor, memory and disk; nil for none.
        public var systemMetricsInterval: Duration?
        /// How long to wait at the end for everything to arrive.
        public var timeout: Duration

        /// Settings that wait half a minute at the end.
        public init(
            journal: String, experiment: String? = nil, registration: ModelRegistration? = nil,
            systemMetricsInterval: Duration? = nil,
            timeout: Duration = .seconds(30)
        ) {
            self.journal = journal
            self.experiment = experiment
            self.registration = registration
            self.systemMetricsInterval = systemMetricsInterval
            self.timeout = timeout
        }
    }

    private let settings: Settings
    private let destination: TrackingDestination
    private let stores: ObjectStoreRegistry
    private let logger: Logger

    /// - Parameters:
    ///   - destination: where the journal is delivered to.
    ///   - stores: finds data and model.
    ///   - logger: gets what could not be delivered.
    public init(
        _ settings: Settings, destination: TrackingDestination = TrackingDestination(),
        stores: ObjectStoreRegistry = ObjectStoreRegistry(), logger: Logger
    ) {
        self.settings = settings
        self.destination = destination
        self.stores = stores
        self.logger = logger
    }

    /// Starts a run, trains, logs what came of it and ends the run: as failed or killed if the training throws.
    /// - Parameters:
    ///   - model: the folder where `train` saves the model. The journal takes a copy.
    ///   - train: trains and saves.
    /// - Throws: what `train` throws; `TrackingError` when the journal cannot be written.
    public func run(
        program: String = ProcessInfo.processInfo.processName, data: String, model: String,
        _ train: () async throws -> TrainingResult
    ) async throws -> (TrainingResult, ModelPublisher.Receipt) {
        let journal = try TrackingJournal(
            folder: settings.journal, context: destination.context(program: program),
            options: JournalOptions(logger: logger)
        ) { [destination, stores] in
            try await destination.open(program: program, stores: stores)
        }
        let experiment = settings.experiment ?? destination.experiment ?? ModelPublisher.experimentName
        let run: JournaledRun
        let outcome: TrainingResult
        do {
            run = try journal.startRun(
                experiment: experiment, tags: ["model_path": stores.resolve(model).description, "data": data])
            do {
                outcome = try await watched(run) { try await train() }
                try await log(outcome, to: run, data: data, model: model)
                try run.end()
            } catch {
                try? run.end(error is CancellationError ? .killed : .failed)
                throw error
            }
        } catch {
            // Done even after Ctrl-C or SIGTERM; what does not arrive in time stays in the journal.
            _ = try? await uncancelled { await journal.close(within: .seconds(5)) }
            throw error
        }
        let isDelivered = try await uncancelled { [settings] in await journal.close(within: settings.timeout) }
        let receipt = ModelPublisher.Receipt(
            runID: journal.destinationID(of: run) ?? run.token, experiment: experiment,
            trackingURI: TrackingClient.displayedURI(destination.uri ?? ""), modelVersion: nil,
            registration: settings.registration, isDelivered: isDelivered,
            journal: isDelivered ? nil : settings.journal)
        return (outcome, receipt)
    }

    private func log(_ outcome: TrainingResult, to run: JournaledRun, data: String, model: String) async throws {
        let content = try await RunContent(
            outcome, model: stores.resolve(model).description, data: data, stores: stores)
        try run.log(anyLength: content.parameters)
        try run.log(content.metrics)
        try run.log(inputs: content.inputs)
        try await run.log(artifactsAt: model, as: "model", stores: stores)
        for (path, bytes) in content.files { try run.log(artifact: bytes, as: path) }
        if let registration = settings.registration {
            try run.register(registration.name, path: "model", alias: registration.alias)
        }
    }

    /// Logs system metrics while the work goes on.
    private func watched<Result>(_ run: JournaledRun, _ work: () async throws -> Result) async throws -> Result {
        guard let interval = settings.systemMetricsInterval else { return try await work() }
        let watch = Task {
            try await SystemMetrics.watch(every: interval) { values, step in try run.log(metrics: values, step: step) }
        }
        defer { watch.cancel() }
        return try await work()
    }
}
