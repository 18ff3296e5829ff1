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
/// | `POST /predict` with a transaction's seven fields | the probability of fraud as a JSON number |
/// | `POST /labels` with a label or a list of them | the number of labels by outcome |
/// | either with another body | 422 with FastAPI's `detail` list |
/// | `GET /health` | 200 with the model in use and warnings; 503 without a model and while shutting down |
/// | `GET /metrics` | what `PrometheusMetrics` (PrometheusExposition) has counted |
/// | `GET /openapi.json` | the ``OpenAPIDocument`` |
/// | `GET /docs` | a page that shows the document and sends requests |
///
/// It begins with the source's first model and switches to each later one between two requests. A model that cannot be
/// used is reported, and the earlier one stays.
///
/// Graceful shutdown stops listening. Every response from then on ends its connection and says so, idle connections end
/// after a second, and the server waits for the rest as long as ``ScoringServerConfiguration/shutdownTimeout`` allows.
public struct ScoringServer: Service {
    private let configuration: ScoringServerConfiguration
    private let models: ModelSource
    private let metrics: PrometheusMetrics
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
        self.models = models
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until graceful shutdown or cancellation.
    /// - Throws: ``ServingError`` when the address cannot be bound or there is no model.
    public func run() async throws {
        let responder = ScoringResponder(configuration: configuration, metrics: metrics, logger: logger)
        let limits = ConnectionLimits(configuration)
        let registry = ConnectionRegistry(
            maximum: limits.maximumConnections, maximumPerAddress: limits.maximumConnectionsPerAddress)
        let application = Application(
            responder: responder,
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
            services: [ModelUpdater(models: models, responder: responder, logger: logger)],
            onServerRunning: { [onRunning] channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: {
                responder.beginShutdown()
            }
        } catch let error as IOError {
            throw ServingError.cannotListen(
                host: configuration.host, port: configuration.port, reason: String(cString: strerror(error.errnoCode)))
        }
    }
}

/// Passes each model of the source to the responder.
private struct ModelUpdater: Service {
    let models: ModelSource
    let responder: ScoringResponder
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await follow() }
        } catch is CancellationError {
            // Shutdown ends the wait in this way; the server drains by itself.
        }
    }

    private func follow() async throws {
        var hasModel = false
        do {
            for try await model in models {
                do {
                    try responder.use(model)
                    hasModel = true
                } catch  where hasModel {
                    responder.noteRefusal(of: model, error)
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
