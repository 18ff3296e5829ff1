import HTTPTransport
import Logging
import Parallelism

/// Signs requests to one bucket, sends them, and retries when that may help.
final class S3Client: Sendable {
    /// The clock skew that is worth correcting; servers allow 15 minutes.
    private static let tolerableSkew: Int64 = 300

    private struct Learned {
        var region: String
        /// The offset from our clock to the server's, in seconds.
        var clockOffset: Int64 = 0
    }

    let address: S3Address
    let configuration: S3Configuration
    let logger: Logger
    private let http: any HTTPSending
    private let now: @Sendable () -> Double
    private let retrier: Retrier
    private let signingKeys = SigningKeyCache()
    private let learned: Lock<Learned>

    init(
        bucket: String, configuration: S3Configuration, http: any HTTPSending, logger: Logger,
        now: @escaping @Sendable () -> Double
    ) throws(ObjectStoreError) {
        address = try S3Address(bucket: bucket, configuration: configuration)
        if case .customerKey = configuration.encryption, address.scheme != "https" {
            throw ObjectStoreError(
                .invalidURL, location: "s3://\(bucket)/", message: "a customer's key may only be sent over TLS")
        }
        self.configuration = configuration
        self.http = http
        self.logger = logger
        self.now = now
        retrier = Retrier(policy: configuration.retryPolicy, budget: RetryBudget())
        learned = Lock(Learned(region: configuration.region))
    }

    /// Sends until the server has given a response that a retry would not change, whatever its status.
    /// - Parameter inspect: Checks a success; what it throws is a failure that a retry may fix, unless it is an
    ///   ``S3ServerError`` of another kind.
    /// - Throws: ``ObjectStoreError`` when there is no such response; `CancellationError`.
    func send(
        _ request: S3Request, location: String,
        inspect: @Sendable (TransportResponse) throws -> Void = { _ in }
    ) async throws -> S3Response {
        try await send(location: location, makeRequest: { request }, inspect: inspect) { signed in
            try await http.send(signed, maximumBodyBytes: request.maximumResponse)
        }
    }

    /// As ``send(_:location:inspect:)``, with a response whose body comes in chunks.
    /// - Parameters:
    ///   - makeRequest: called for each attempt, so that it can continue where the one before has stopped.
    ///   - receive: gets each success and reads its body. Its ``HTTPTransportError``s are treated as those of the
    ///     connection; other errors end the request.
    /// - Returns: the response, without the body of a success.
    func stream(
        location: String, makeRequest: () -> S3Request, receive: (TransportStreamedResponse) async throws -> Void
    ) async throws -> S3Response {
        try await send(location: location, makeRequest: makeRequest) { signed in
            let streamed = try await http.stream(signed)
            var body: [UInt8] = []
            if (200..<300).contains(streamed.status) {
                try await receive(streamed)
            } else {
                for try await chunk in streamed.body where body.count < Self.longestError { body += chunk }
            }
            return TransportResponse(status: streamed.status, headers: streamed.head.headers, body: body)
        }
    }

    /// The longest error body that is read.
    private static let longestError = 1 << 20

    private func send(
        location: String, makeRequest: () -> S3Request,
        inspect: @Sendable (TransportResponse) throws -> Void = { _ in },
        exchange: (TransportRequest) async throws -> TransportResponse
    ) async throws -> S3Response {
        let start = ContinuousClock.now
        do {
            return try await retrier.run { attempt in
                let request = makeRequest()
                let result: (response: TransportResponse, url: String)
                do {
                    result = try await sendAdapting(request, location: location, exchange)
                } catch let error as HTTPTransportError {
                    return error.isTransient ? .transientFailure(error) : .failure(error)
                }
                let error = (200..<300).contains(result.response.status) ? nil : S3ServerError(result.response)
                if let error, error.isTransient(method: request.method) {
                    return .transientFailure(
                        ResponseFailure(what: self.what(request, result.url), error: error),
                        retryAfter: result.response.headers.retryAfter)
                }
                if error == nil {
                    do {
                        try inspect(result.response)
                    } catch {
                        let failure = ResponseFailure(what: self.what(request, result.url), error: error)
                        let isLasting =
                            (error as? S3ServerError).map { !$0.isTransient(method: request.method) } ?? false
                        return isLasting ? .failure(failure) : .transientFailure(failure)
                    }
                }
                return .success(
                    S3Response(
                        response: result.response, what: self.what(request, result.url), attempts: attempt,
                        elapsed: .now - start))
            }
        } catch let failure as RetryFailure {
            throw Self.storeError(failure, location: location)
        }
    }

    /// The presigned URL of an object.
    func presignedURL(_ method: String, key: ObjectKey, expires: Duration, location: String) async throws -> String {
        let seconds = expires.components.seconds
        guard (1...604_800).contains(seconds) else {
            throw ObjectStoreError(
                .invalidURL, location: location, message: "a signed URL is valid for 1 second to 7 days, not \(expires)"
            )
        }
        guard let credentials = try await credentials(location: location) else {
            throw ObjectStoreError(
                .permissionDenied, location: location, message: "there are no credentials to sign with")
        }
        let state = learned.withLock { $0 }
        let request = S3Request(method, key)
        let endpoint = endpoint(of: request, region: state.region)
        let query = signer(credentials, region: state.region).presignedQuery(
            for: target(of: request, at: endpoint), headers: [:], expires: seconds, at: timestamp(state))
        return "\(endpoint.url)?\(query)"
    }

    /// Sends; immediately sends once more if the response tells the bucket's region or the server's clock, that
    /// credentials have expired, or that another host has the object.
    private func sendAdapting(
        _ request: S3Request, location: String, _ exchange: (TransportRequest) async throws -> TransportResponse
    ) async throws -> (response: TransportResponse, url: String) {
        var hasAdapted: Set<Adaptation> = []
        var redirect: S3Endpoint?
        while true {
            let credentials = try await credentials(location: location)
            let state = learned.withLock { $0 }
            let endpoint = redirect ?? endpoint(of: request, region: state.region)
            let signed = try await sign(request, at: endpoint, credentials: credentials, state: state)
            let response = try await exchange(signed)
            guard !(200..<300).contains(response.status) else { return (response, signed.url) }
            if let adaptation = await adapt(to: response, credentials: credentials, state: state),
                hasAdapted.insert(adaptation).inserted
            {
                continue
            }
            guard let next = S3Endpoint(redirect: response, from: endpoint.scheme), next != endpoint,
                hasAdapted.insert(.endpoint).inserted
            else { return (response, signed.url) }
            redirect = next
        }
    }

    private enum Adaptation: Hashable {
        case region, clock, credentials, endpoint
    }

    private func adapt(to response: TransportResponse, credentials: AWSCredentials?, state: Learned) async
        -> Adaptation?
    {
        let error = S3ServerError(response)
        if [301, 307, 400].contains(error.status), let region = error.region, !region.isEmpty, region != state.region {
            logger.notice(
                "the bucket is in another region",
                metadata: ["bucket": "\(address.bucket)", "region": "\(region)", "configured": "\(state.region)"])
            learned.withLock { $0.region = region }
            return .region
        }
        guard let credentials, [400, 401, 403].contains(error.status) else { return nil }
        if ["ExpiredToken", "TokenRefreshRequired", "InvalidToken"].contains(error.code) {
            await configuration.credentials?.forget(credentials)
            return .credentials
        }
        guard let server = response.headers["Date"].flatMap(HTTPDate.seconds) else { return nil }
        let offset = server - Int64(now())
        guard abs(offset - state.clockOffset) > Self.tolerableSkew else { return nil }
        logger.warning(
            "the server's clock differs from ours",
            metadata: ["bucket": "\(address.bucket)", "seconds": "\(offset)"])
        learned.withLock { $0.clockOffset = offset }
        return .clock
    }

    private func credentials(location: String) async throws -> AWSCredentials? {
        guard let provider = configuration.credentials else { return nil }
        do {
            if let found = try await provider.credentials() { return found }
        } catch let error as CredentialError {
            throw ObjectStoreError(.permissionDenied, location: location, message: "\(error)")
        }
        throw ObjectStoreError(.permissionDenied, location: location, message: "no source has credentials")
    }

    private func sign(
        _ request: S3Request, at endpoint: S3Endpoint, credentials: AWSCredentials?, state: Learned
    ) async throws -> TransportRequest {
        let target = target(of: request, at: endpoint)
        var headers = request.headers
        if let md5 = request.bodyMD5 { headers["Content-MD5"] = Digests.base64(md5) }
        if let credentials {
            headers = signer(credentials, region: state.region).signedHeaders(
                headers, for: target, payloadHash: try await payloadHash(request.content), at: timestamp(state))
        }
        let query = PercentEncoding.query(target.query)
        return TransportRequest(
            method: request.method,
            url: endpoint.url + (query.isEmpty ? "" : "?\(query)"),
            headers: headers, body: body(of: request))
    }

    private func body(of request: S3Request) -> TransportRequest.Body {
        switch request.content {
        case .bytes(let bytes):
            return bytes.isEmpty && request.method != "PUT" && request.method != "POST" ? .none : .bytes(bytes)
        case .part(let file, let range, _):
            let chunks = LocalFileChunks(file, range)
            return .stream(length: Int64(range.count)) { try await chunks.next() }
        }
    }

    /// Whether signatures cover the body, which then has to be hashed first.
    var signsPayloads: Bool {
        switch configuration.payloadSigning {
        case .automatic: address.scheme != "https"
        case .always: true
        case .never: false
        }
    }

    private func payloadHash(_ content: S3Request.Content) async throws -> String {
        switch content {
        case .bytes(let bytes):
            if bytes.isEmpty { return SignatureVersion4.emptyPayload }
            return signsPayloads ? try await Digests.asyncSHA256(bytes) : SignatureVersion4.unsignedPayload
        case .part(_, _, let digest):
            return digest.sha256 ?? SignatureVersion4.unsignedPayload
        }
    }

    private func endpoint(of request: S3Request, region: String) -> S3Endpoint {
        S3Endpoint(scheme: address.scheme, host: address.host(region: region), path: address.path(key: request.key))
    }

    private func target(of request: S3Request, at endpoint: S3Endpoint) -> SignatureVersion4.Target {
        SignatureVersion4.Target(method: request.method, host: endpoint.host, path: endpoint.path, query: request.query)
    }

    private func signer(_ credentials: AWSCredentials, region: String) -> SignatureVersion4 {
        SignatureVersion4(credentials: credentials, region: region, keys: signingKeys)
    }

    private func timestamp(_ state: Learned) -> UTCTime { UTCTime(seconds: Int64(now()) + state.clockOffset) }

    private func what(_ request: S3Request, _ url: String) -> String {
        "\(request.method) \(HTTPTransportError.withoutSecrets(url))"
    }

    private static func storeError(_ failure: RetryFailure, location: String) -> any Error {
        guard failure.error is HTTPTransportError || failure.error is ResponseFailure else { return failure.error }
        let code = ((failure.error as? ResponseFailure)?.error as? S3ServerError)?.storeCode ?? .unavailable
        let effort = S3Response.effort(attempts: failure.attempts, elapsed: failure.elapsed)
        return ObjectStoreError(code, location: location, message: "\(failure.error); \(effort)")
    }
}

/// A response that requires another attempt, with its request.
private struct ResponseFailure: Error, CustomStringConvertible {
    let what: String
    let error: any Error

    var description: String { "\(what): \(error)" }
}
