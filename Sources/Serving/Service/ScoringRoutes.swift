import CoreMetrics
public import Hummingbird
public import Logging
import Parallelism
public import PrometheusExposition
public import Scoring
public import ServiceLifecycle

/// The paths of the scoring service, for a Hummingbird router with middleware and paths of its own.
///
/// The models come from the source while ``run()`` runs, as a service of the application or of a group: routes respond with
/// 503 until the first one is loaded. A later model takes over between two requests. One that cannot be used is reported,
/// and the earlier one stays.
///
/// ``ScoringServer`` is these routes with its own limits on connections.
public final class ScoringRoutes: Sendable {
    let configuration: Configuration
    let metrics: PrometheusMetrics
    let serviceMetrics: ServiceMetrics
    let model: ServedModel
    private let models: ModelSource
    private let logger: Logger

    /// - Parameters:
    ///   - models: where models come from.
    ///   - metrics: what `GET /metrics` shows.
    public init(
        _ models: ModelSource, configuration: Configuration = Configuration(),
        metrics: PrometheusMetrics = PrometheusMetrics(), logger: Logger
    ) {
        self.models = models
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        serviceMetrics = ServiceMetrics(metrics)
        model = ServedModel(logger: logger)
    }

    /// The scorer behind the routes, which holds the history; nil until the first model is loaded. It stays the same object
    /// when a later model takes over.
    ///
    /// Labels from elsewhere than `POST /labels` are applied to it, and its state can be saved, from any thread.
    public var currentScorer: OnlineScorer? { model.scorer }

    /// Adds routes to a router or a group of routes.
    ///
    /// The paths in the OpenAPI document are relative to the group's, by which the document was requested. The page of
    /// ``Route/docs`` needs ``Route/openAPI`` beside it.
    public func add<Context: RequestContext>(
        to router: some RouterMethods<Context>, _ routes: Set<Route> = .allButRoot
    ) {
        for route in routes {
            for method in route.methods {
                router.on(RouterPath(route.rawValue), method: method) { [self] request, _ in
                    try await respond(to: request, at: route, among: routes)
                }
            }
        }
    }

    /// What `GET /health` says of a shutdown: load balancers then use others.
    func noteShutdown(_ isShuttingDown: Bool) { model.noteShutdown(isShuttingDown) }
}

extension ScoringRoutes: Service {
    /// Follows the models until graceful shutdown or cancellation.
    ///
    /// From its graceful shutdown on, `GET /health` says 503. A group shuts its services down in reverse order: list this one
    /// after the application, and load balancers learn of the shutdown while the application still responds.
    /// - Throws: the source's error when there is no model; `ScoringError` when the first one cannot score single
    ///   transactions.
    public func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                try await cancelWhenGracefulShutdown { try await self.follow() }
            } onGracefulShutdown: {
                self.noteShutdown(true)
            }
        } catch is CancellationError {
            // Shutdown ends the wait in this way; the server drains by itself.
        }
    }

    private func follow() async throws {
        var hasModel = false
        do {
            for try await newest in models {
                do {
                    try model.use(newest)
                    hasModel = true
                } catch  where hasModel {
                    model.noteRefusal(of: newest, error)
                    serviceMetrics.refusedModels.increment()
                }
            }
        } catch  where hasModel && !(error is CancellationError) {
            // The model in use is still good.
            logger.error("no further models", metadata: ["error": "\(error)"])
        }
        // A service that returns would end the whole group.
        try await gracefulShutdown()
    }
}
