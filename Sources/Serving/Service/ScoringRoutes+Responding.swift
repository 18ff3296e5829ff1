import CoreMetrics
import HTTPTypes
import Hummingbird
import JSONText
import Metrics
import NIOCore
import PrometheusExposition
import Scoring

extension ScoringRoutes {
    /// Responds to a request with one of the route's methods.
    /// - Parameter routes: what there is beside the route, for the OpenAPI document.
    func respond(to request: Request, at route: Route, among routes: Set<Route>) async throws -> Response {
        let response =
            switch route {
            case .predict: try await predict(request)
            case .labels: try await takeLabels(request)
            case .root: Response.json("\"OK\"")
            case .health: health()
            case .metrics: exposition()
            case .openAPI:
                Response.json(
                    OpenAPIDocument(
                        configuration, routes: routes, prefix: Self.prefix(request), model: currentScorer?.model
                    ).json)
            case .docs: Response.docs
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func predict(_ request: Request) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        serviceMetrics.requests.increment()
        guard let body = try await body(of: request, upTo: configuration.maximumBodySize) else {
            serviceMetrics.refusals.increment()
            return .tooLong(configuration.maximumBodySize)
        }
        guard let (scorer, bodies) = model.served else { return .noModel }
        switch try probability(body, scorer, bodies) {
        case .failure(let failure):
            serviceMetrics.refusals.increment()
            return .refusal(failure)
        case .success(let probability):
            serviceMetrics.latency.record(duration: clock.now - start)
            return .json(probability.isNaN ? "null" : "\(probability)")
        }
    }

    /// - Parameter bodies: How a body is read for a model with a plan.
    private func probability(
        _ body: ByteBuffer, _ scorer: OnlineScorer, _ bodies: RecordBodies?
    ) throws -> Result<Double, ValidationFailure> {
        let recording = configuration.recordsTransactions
        guard let bodies else {
            return try body.withUnsafeReadableBytes { TransactionBody.read($0) }
                .mapThrowing { try scorer.score($0, recording: recording).probability }
        }
        return try body.withUnsafeReadableBytes { bodies.readTransaction($0) }
            .mapThrowing { try scorer.score($0, recording: recording).probability }
    }

    private func takeLabels(_ request: Request) async throws -> Response {
        guard let body = try await body(of: request, upTo: configuration.maximumLabelsSize) else {
            return .tooLong(configuration.maximumLabelsSize)
        }
        guard let (scorer, bodies) = model.served else { return .noModel }
        let outcomes =
            if let bodies {
                try body.withUnsafeReadableBytes { bodies.readLabels($0) }
                    .mapThrowing { try $0.map { try scorer.applyLabel($0) } }
            } else {
                try body.withUnsafeReadableBytes { LabelsBody.read($0) }
                    .mapThrowing { try $0.map { try scorer.applyLabel($0) } }
            }
        switch outcomes {
        case .failure(let failure): return .refusal(failure)
        case .success(let outcomes):
            let counts = outcomes.reduce(into: [:]) { $0[$1, default: 0] += 1 }
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
        let state = model.state
        let report = HealthReport(
            model: state.scorer?.model, silence: silence(of: state.scorer), refusal: state.refusal,
            isShuttingDown: state.isShuttingDown)
        return .json(report.text, report.isHealthy ? .ok : .serviceUnavailable)
    }

    private func exposition() -> Response {
        serviceMetrics.update(silence: silence(of: currentScorer))
        return Response(metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// Without recording, the time of the transactions does not advance, so that no label can be missing.
    private func silence(of scorer: OnlineScorer?) -> LabelSilence? {
        configuration.recordsTransactions ? scorer?.labelSilence : nil
    }

    /// The path of the group that a route was requested in.
    private static func prefix(_ request: Request) -> String {
        "/" + request.uri.path.split(separator: "/").dropLast().joined(separator: "/")
    }
}

extension Result {
    /// The result with another value, which is computed from the one that there is.
    fileprivate func mapThrowing<Value>(_ transform: (Success) throws -> Value) throws -> Result<Value, Failure> {
        switch self {
        case .success(let value): .success(try transform(value))
        case .failure(let failure): .failure(failure)
        }
    }
}
