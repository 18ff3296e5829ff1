import Essentials
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import PrometheusExposition
public import Scoring
public import ServiceLifecycle
import Synchronization

/// An HTTP service that scores single transactions.
///
/// | request | response |
/// | --- | --- |
/// | `GET /` | `"OK"` |
/// | `POST /predict` with a transaction: seven fields, or the columns of the model's schema | the probability of fraud as a JSON number |
/// | `POST /labels` with a label or a list of them | the number of labels by outcome |
/// | either with another body | 422 with FastAPI's `detail` list |
/// | `GET /health` | 200 with the model in use and warnings; 503 without a model and while shutting down |
/// | `GET /metrics` | what `PrometheusMetrics` (PrometheusExposition) has counted |
/// | `GET /openapi.json` | the ``OpenAPIDocument`` |
/// | `GET /docs` | a page that shows the document and sends requests |
///
/// It serves ``ScoringRoutes``, which tells how models take over from one another.
///
/// Graceful shutdown stops listening. Every response from then on ends its connection and says so, idle connections end
/// after a second, and the server waits for the rest as long as ``ScoringServerConfiguration/shutdownTimeout`` allows.
public struct ScoringServer: Service {
    private let configuration: ScoringServerConfiguration
    private let routes: ScoringRoutes
    private let logger: Logger
    private let onRunning: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - models: where models come from; the server listens from the start and responds with 503 until the first
    ///     model is loaded.
    ///   - metrics: what `GET /metrics` shows.
    ///   - onRunning: called with the bound port once the server accepts connections.
    public init(
        _ models: ModelSource, configuration: ScoringServerConfiguration = ScoringServerConfiguration(),
        metrics: PrometheusMetrics = PrometheusMetrics(), logger: Logger,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        routes = ScoringRoutes(models, configuration: configuration.routes, metrics: metrics, logger: logger)
        self.logger = logger
        self.onRunning = onRunning
    }

    /// The scorer behind the service, see ``ScoringRoutes/currentScorer``.
    public var currentScorer: OnlineScorer? { routes.currentScorer }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: ``ServingError`` when the address cannot be bound or there is no model.
    public func run() async throws {
        let limits = ConnectionLimits(configuration)
        let registry = ConnectionRegistry(
            maximum: limits.maximumConnections, maximumPerAddress: limits.maximumConnectionsPerAddress)
        let application = Application(
            responder: ScoringResponder(routes: routes),
            server: HTTPServerBuilder { respond in
                BoundedHTTPChannel(
                    http: HTTP1Channel(
                        responder: respond,
                        configuration: .init(
                            httpDecoderConfiguration: .init(
                                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
                    limits: limits, registry: registry)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port)),
            services: [routes],
            onServerRunning: { [onRunning] channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
        routes.noteShutdown(false)
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: {
                // At once: the group of services tells the routes only when the server has drained.
                routes.noteShutdown(true)
            }
        } catch let error as IOError {
            throw ServingError.cannotListen(
                host: configuration.host, port: configuration.port, reason: String(cString: strerror(error.errnoCode)))
        }
    }
}
