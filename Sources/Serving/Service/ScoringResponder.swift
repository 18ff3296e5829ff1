import DataPrep
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import Scoring
import Synchronization

/// Answers requests. A handful of fixed paths need no router.
final class ScoringResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    private let configuration: ServerConfiguration
    private let metrics: PrometheusMetrics
    private let logger: Logger
    private let scorer = Mutex<OnlineScorer?>(nil)

    private let requests: Counter
    private let refusals: Counter
    private let latency: Timer

    init(configuration: ServerConfiguration, metrics: PrometheusMetrics, logger: Logger) {
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        requests = Counter(label: "predict_requests", factory: metrics)
        refusals = Counter(label: "predict_refusals", factory: metrics)
        latency = Timer(label: "predict_duration", factory: metrics)
    }

    /// Scores with that model from now on.
    func use(_ model: FraudModel) throws {
        if let scorer = scorer.withLock({ $0 }) {
            try scorer.replaceModel(with: model)
        } else {
            let first = try OnlineScorer(model)
            scorer.withLock { $0 = first }
        }
        logger.info("model in use", metadata: ["created_at": "\(model.provenance.createdAt)"])
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        switch (request.uri.path, request.method) {
        case ("/predict", .post): return try await predict(request)
        case ("/", .get), ("/", .head): return json("\"OK\"")
        case ("/health", .get), ("/health", .head): return health()
        case ("/metrics", .get), ("/metrics", .head):
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.exposition())))
        case ("/predict", _): return json("{\"detail\":\"Method Not Allowed\"}", .methodNotAllowed, allow: "POST")
        case ("/", _), ("/health", _), ("/metrics", _):
            return json("{\"detail\":\"Method Not Allowed\"}", .methodNotAllowed, allow: "GET")
        default: return json("{\"detail\":\"Not Found\"}", .notFound)
        }
    }

    private func predict(_ request: Request) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        requests.increment()
        guard let body = try await body(of: request) else {
            refusals.increment()
            return json(
                "{\"detail\":\"Request body is longer than \(configuration.maximumBodySize) bytes\"}", .contentTooLarge)
        }
        guard let scorer = scorer.withLock({ $0 }) else {
            return json("{\"detail\":\"No model is loaded yet\"}", .serviceUnavailable)
        }
        switch transaction(in: body) {
        case .failure(let failure):
            refusals.increment()
            return json(ValidationProblem.body(failure.problems), .unprocessableContent)
        case .success(let transaction):
            let score = scorer.score(transaction, recording: configuration.recordsTransactions)
            latency.record(duration: clock.now - start)
            return json("\(score.probability)")
        }
    }

    /// The common form is read by the fast decoder; whatever it does not take goes through the validation that knows
    /// every lenient form and every message.
    private func transaction(in body: ByteBuffer) -> Result<Transaction, ValidationFailure> {
        body.withUnsafeReadableBytes { bytes in
            let text = bytes.bindMemory(to: UInt8.self)
            if let transaction = try? TransactionJSON.decode(text) { return .success(transaction) }
            return TransactionBody.read(bytes)
        }
    }

    /// The whole body; nil when it is too long.
    private func body(of request: Request) async throws -> ByteBuffer? {
        do {
            return try await request.body.collect(upTo: configuration.maximumBodySize)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    private func health() -> Response {
        guard let model = scorer.withLock({ $0 })?.model else {
            return json("{\"status\":\"no model\"}", .serviceUnavailable)
        }
        let description = JSONValue.object([
            JSONValue.Member(name: "status", value: .string("ok")),
            JSONValue.Member(
                name: "model",
                value: .object([
                    JSONValue.Member(name: "created_at", value: .string(model.provenance.createdAt)),
                    JSONValue.Member(name: "library_version", value: .string(model.provenance.libraryVersion)),
                    JSONValue.Member(name: "features", value: .array(model.features.names.map { .string($0) })),
                    JSONValue.Member(name: "threshold", value: .number("\(model.threshold)")),
                ])),
        ])
        var text = ""
        description.write(to: &text)
        return json(text)
    }

    private func json(_ text: String, _ status: HTTPResponse.Status = .ok, allow: String? = nil) -> Response {
        let buffer = ByteBuffer(string: text)
        var headers: HTTPFields = [.contentType: "application/json", .contentLength: "\(buffer.readableBytes)"]
        if let allow { headers[.allow] = allow }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
}
