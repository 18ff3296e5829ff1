import CoreMetrics
import DataPrep
import HTTPTypes
import Hummingbird
import JSONText
import Logging
import Metrics
import NIOCore
import Parallelism
import PrometheusExposition
import Scoring

/// Responds to requests. A handful of fixed paths need no router.
final class ScoringResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    private let configuration: ScoringServerConfiguration
    private let metrics: PrometheusMetrics
    private let logger: Logger
    private let serviceMetrics: ServiceMetrics
    private let state = Lock(State())

    private struct State {
        var scorer: OnlineScorer?
        /// Why the newest model is not in use.
        var refusal: String?
        var isShuttingDown = false
    }

    init(configuration: ScoringServerConfiguration, metrics: PrometheusMetrics, logger: Logger) {
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        serviceMetrics = ServiceMetrics(metrics)
    }

    /// Scores with that model from now on.
    /// - Throws: `ScoringError` for a model that cannot score single transactions; the earlier one then stays.
    func use(_ model: FraudModel) throws {
        if let scorer = state.withLock({ $0.scorer }) {
            try scorer.replaceModel(with: model)
        } else {
            let first = try OnlineScorer(model)
            state.withLock { $0.scorer = first }
        }
        state.withLock { $0.refusal = nil }
        logger.info("model in use", metadata: ["created_at": "\(model.provenance.createdAt)"])
    }

    /// Reports that a later model cannot be used.
    func noteRefusal(of model: FraudModel, _ error: any Error) {
        state.withLock { $0.refusal = "\(error)" }
        serviceMetrics.refusedModels.increment()
        logger.error(
            "the new model cannot be used, the earlier one stays",
            metadata: ["created_at": "\(model.provenance.createdAt)", "error": "\(error)"])
    }

    /// Reports from now on that the service is shutting down, so that load balancers use others.
    func beginShutdown() {
        state.withLock { $0.isShuttingDown = true }
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard let route = Route(rawValue: request.uri.path) else { return .detail("Not Found", .notFound) }
        guard route.methods.contains(request.method) else { return .methodNotAllowed(allow: route.allow) }
        switch route {
        case .predict: return try await predict(request)
        case .labels: return try await takeLabels(request)
        case .root: return .json("\"OK\"")
        case .health: return health()
        case .metrics: return exposition()
        case .openAPI: return .json(OpenAPIDocument(configuration).json)
        case .docs: return .docs
        }
    }

    private func predict(_ request: Request) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        serviceMetrics.requests.increment()
        guard let body = try await body(of: request, upTo: configuration.maximumBodySize) else {
            serviceMetrics.refusals.increment()
            return .tooLong(configuration.maximumBodySize)
        }
        guard let scorer = state.withLock({ $0.scorer }) else { return .noModel }
        switch body.withUnsafeReadableBytes({ TransactionBody.read($0) }) {
        case .failure(let failure):
            serviceMetrics.refusals.increment()
            return .refusal(failure)
        case .success(let transaction):
            let score = scorer.score(transaction, recording: configuration.recordsTransactions)
            serviceMetrics.latency.record(duration: clock.now - start)
            return .json("\(score.probability)")
        }
    }

    private func takeLabels(_ request: Request) async throws -> Response {
        guard let body = try await body(of: request, upTo: configuration.maximumLabelsSize) else {
            return .tooLong(configuration.maximumLabelsSize)
        }
        guard let scorer = state.withLock({ $0.scorer }) else { return .noModel }
        switch body.withUnsafeReadableBytes({ LabelsBody.read($0) }) {
        case .failure(let failure):
            return .refusal(failure)
        case .success(let labels):
            var counts: [LabelOutcome: Int] = [:]
            for label in labels { counts[scorer.applyLabel(label), default: 0] += 1 }
            serviceMetrics.count(counts)
            return .json(LabelsBody.counts(counts).text)
        }
    }

    /// The whole body; nil when it is too long.
    private func body(of request: Request, upTo limit: Int) async throws -> ByteBuffer? {
        // A body whose Content-Length is too long need not be read.
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { return nil }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    private func health() -> Response {
        let (scorer, refusal, isShuttingDown) = state.withLock { ($0.scorer, $0.refusal, $0.isShuttingDown) }
        let report = HealthReport(
            model: scorer?.model, silence: silence(of: scorer), refusal: refusal, isShuttingDown: isShuttingDown)
        return .json(report.text, report.isHealthy ? .ok : .serviceUnavailable)
    }

    private func exposition() -> Response {
        serviceMetrics.update(silence: silence(of: state.withLock { $0.scorer }))
        return Response(metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// Without recording, the time of the transactions does not advance, so that no label can be missing.
    private func silence(of scorer: OnlineScorer?) -> LabelSilence? {
        configuration.recordsTransactions ? scorer?.labelSilence : nil
    }
}
