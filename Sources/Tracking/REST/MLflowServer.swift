import HTTPTransport
import JSONText
import StorageIO
import Synchronization

/// The outcome of one attempt.
enum ServerOutcome<Response: Sendable>: Sendable {
    case response(Response)
    case failure(TrackingError)
    /// - Parameter isAmbiguous: whether the server may have done the work.
    case transientFailure(TrackingError, isAmbiguous: Bool, retryAfter: Duration?)

    func map<Other>(_ body: (Response) throws -> Other) rethrows -> ServerOutcome<Other> {
        switch self {
        case .response(let response): .response(try body(response))
        case .failure(let error): .failure(error)
        case .transientFailure(let error, let isAmbiguous, let retryAfter):
            .transientFailure(error, isAmbiguous: isAmbiguous, retryAfter: retryAfter)
        }
    }
}

/// A client of MLflow's REST API: sends requests, retries those that may succeed later, and describes failures.
///
/// Every call is safe to repeat, or names in ``ServerCall/doneAlready`` the refusals that show that it was carried out
/// already; creations look for what an earlier attempt has created (``retrying(_:_:)``).
struct MLflowServer: Sendable {
    static let apiPath = "/api/2.0/mlflow/"
    /// Pages of 50,000 runs with all their values.
    static let maximumResponse = 1 << 30

    let address: ServerAddress
    let http: any HTTPSending
    let retrier: Retrier
    /// Whether changes are refused before they are sent.
    let isReadOnly: Bool

    init(address: ServerAddress, http: any HTTPSending, policy: RetryPolicy, isReadOnly: Bool) {
        self.isReadOnly = isReadOnly
        self.address = address
        self.http = http
        retrier = Retrier(policy: policy, budget: RetryBudget())
    }

    /// Sends until there is a response that another attempt would not change.
    /// - Returns: The response; an empty object where an earlier attempt had done the work.
    @discardableResult
    func call(_ call: ServerCall) async throws -> JSONValue {
        try await retrying(call.subject) { isRepeated in
            let outcome = try await attempt(call)
            if case .failure(let error) = outcome, isRepeated, call.doneAlready.contains(error.code) {
                return .response([:])
            }
            return outcome
        }
    }

    /// Repeats the body until it succeeds or fails for good.
    /// - Parameter body: one attempt; gets whether an earlier one may have done the work.
    /// - Parameter diagnose: may tell more of what failed in the end.
    func retrying<Response: Sendable>(
        _ subject: String, _ body: (_ isRepeated: Bool) async throws -> ServerOutcome<Response>,
        diagnose: (TrackingError) async -> TrackingError = { $0 }
    ) async throws -> Response {
        var mayBeDone = false
        do {
            return try await retrier.run { _ in
                switch try await body(mayBeDone) {
                case .response(let response): return .success(response)
                case .failure(let error): return .failure(error)
                case .transientFailure(let error, let isAmbiguous, let retryAfter):
                    mayBeDone = mayBeDone || isAmbiguous
                    return .transientFailure(error, retryAfter: retryAfter)
                }
            }
        } catch let failure as RetryFailure {
            guard var error = failure.error as? TrackingError else { throw failure.error }
            if failure.attempts > 1 {
                let milliseconds = failure.elapsed / .milliseconds(1)
                error.message += "; \(failure.attempts) attempts in \(Int(milliseconds)) ms"
            }
            throw await diagnose(error)
        }
    }

    /// Sends once.
    func attempt(_ call: ServerCall) async throws -> ServerOutcome<JSONValue> {
        if isReadOnly, call.isChange {
            return .failure(TrackingError(.readOnly, call.subject, "the client was opened for reading only"))
        }
        let request = httpRequest(call)
        let what = "\(call.method) \(HTTPTransportError.withoutSecrets(request.url))"
        let response: TransportResponse
        do {
            response = try await http.send(request, maximumBodyBytes: Self.maximumResponse)
        } catch let error as HTTPTransportError {
            return Self.outcome(of: error, about: call.subject)
        }
        guard (200..<300).contains(response.status) else {
            return try await outcome(of: ServerRefusal(response), about: call.subject, what: what, response)
        }
        do {
            let response = try JSONValue(parsing: response.body)
            guard case .object = response else { throw JSONValue.Mismatch(name: "response", expected: "an object") }
            return .response(response)
        } catch {
            return .failure(await incompatible(call.subject, "\(what): the response is \(error)"))
        }
    }

    static func outcome(of error: HTTPTransportError, about subject: String) -> ServerOutcome<JSONValue> {
        let failure = TrackingError(.unavailable, subject, "\(error)")
        guard error.isTransient else { return .failure(failure) }
        let isUnsent = error.code == .connectionFailed || error.code == .unknownHost
        return .transientFailure(failure, isAmbiguous: !isUnsent, retryAfter: nil)
    }

    private func outcome(
        of refusal: ServerRefusal, about subject: String, what: String, _ response: TransportResponse
    ) async throws -> ServerOutcome<JSONValue> {
        if refusal.isTransient {
            return .transientFailure(
                TrackingError(.unavailable, subject, "\(what): \(refusal)"), isAmbiguous: refusal.isAmbiguous,
                retryAfter: response.headers.retryAfter)
        }
        guard let code = refusal.code else { return .failure(await incompatible(subject, "\(what): \(refusal)")) }
        return .failure(TrackingError(code, subject, "\(what): \(refusal)"))
    }

    /// The error for a response that an MLflow server does not give, with what is known about the server.
    private func incompatible(_ subject: String, _ message: String) async -> TrackingError {
        let advice =
            if let version = await version() {
                "MLflow \(version) at \(address) does not know this request"
            } else {
                "\(address) is not the address of an MLflow server"
            }
        return TrackingError(.incompatibleServer, subject, "\(message); \(advice)")
    }

    /// The server's version, such as `3.17.2`; nil where it does not say.
    func version() async -> String? {
        let request = TransportRequest(method: "GET", url: "\(address.url)/version", headers: address.headers)
        guard let response = try? await http.send(request, maximumBodyBytes: 4096), response.status == 200 else {
            return nil
        }
        let text = String(decoding: response.body, as: UTF8.self)
        let isVersion = text.count < 40 && text.first?.isNumber == true && text.contains(".")
        return isVersion && text.allSatisfy { $0.isASCII && !$0.isWhitespace } ? text : nil
    }

    private func httpRequest(_ call: ServerCall) -> TransportRequest {
        let query = call.query.map { "\(PercentEncoding.query($0.name))=\(PercentEncoding.query($0.value))" }
            .joined(separator: "&")
        var headers = address.headers
        if call.body != nil { headers["Content-Type"] = "application/json" }
        return TransportRequest(
            method: call.method, url: address.url + Self.apiPath + call.path + (query.isEmpty ? "" : "?\(query)"),
            headers: headers, body: call.body.map(Self.body) ?? .none)
    }

    /// The bytes as a stream, which the HTTP client cannot resend by itself: we must know when the server may have
    /// received a request twice.
    private static func body(_ json: JSONValue) -> TransportRequest.Body {
        let bytes = json.bytes
        let isSent = Atomic<Bool>(false)
        return .stream(length: Int64(bytes.count)) {
            isSent.exchange(true, ordering: .relaxed) ? nil : bytes
        }
    }
}
