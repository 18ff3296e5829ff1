import HTTPTransport
import Logging
import Synchronization

/// Signs requests to one bucket, sends them, and tries again what may help.
final class S3Client: Sendable {
    /// The difference of clocks that is worth correcting; servers allow a quarter of an hour.
    private static let tolerableSkew: Int64 = 300

    private struct Learned {
        var region: String
        /// What to add to our clock to get the server's, in seconds.
        var clockOffset: Int64 = 0
    }

    let address: S3Address
    let configuration: S3Configuration
    let logger: Logger
    private let http: any HTTPSending
    private let now: @Sendable () -> Double
    private let retrier: Retrier
    private let signingKeys = SigningKeyCache()
    private let learned: Mutex<Learned>

    init(
        bucket: String, configuration: S3Configuration, http: any HTTPSending, logger: Logger,
        now: @escaping @Sendable () -> Double
    ) throws(ObjectStoreError) {
        address = try S3Address(bucket: bucket, configuration: configuration)
        if case .customerKey = configuration.encryption, address.scheme != "https" {
            throw ObjectStoreError(
                .invalidURL, location: "s3://\(bucket)/", message: "a customer's key may go over TLS only")
        }
        self.configuration = configuration
        self.http = http
        self.logger = logger
        self.now = now
        retrier = Retrier(policy: configuration.retryPolicy, budget: RetryBudget())
        learned = Mutex(Learned(region: configuration.region))
    }

    /// Sends until the server has given an answer that trying again would not change, whatever it says.
    /// - Parameter inspect: Looks at a success; what it throws is a failure that trying again may mend, unless it is an
    ///   ``S3ServerError`` of another kind.
    /// - Throws: ``ObjectStoreError`` when there is no such answer; `CancellationError`.
    func send(
        _ request: S3Request, location: String,
        inspect: @Sendable (HTTPResponse) throws -> Void = { _ in }
    ) async throws -> S3Answer {
        try await send(location: location, makeRequest: { request }, inspect: inspect) { signed in
            try await http.send(signed, maximumBodyBytes: request.maximumAnswer)
        }
    }

    /// As ``send(_:location:inspect:)``, with an answer whose body comes in pieces.
    /// - Parameters:
    ///   - makeRequest: called for each try, so that one can go on where the one before it has stopped.
    ///   - receive: gets each success and reads its body. Its ``HTTPTransportError``s are those of the connection; what else it
    ///     throws ends the request.
    /// - Returns: the answer, without the body of a success.
    func stream(
        location: String, makeRequest: () -> S3Request, receive: (HTTPStreamedResponse) async throws -> Void
    ) async throws -> S3Answer {
        try await send(location: location, makeRequest: makeRequest) { signed in
            let streamed = try await http.stream(signed)
            var body: [UInt8] = []
            if (200..<300).contains(streamed.status) {
                try await receive(streamed)
            } else {
                for try await piece in streamed.body where body.count < Self.longestError { body += piece }
            }
            return HTTPResponse(status: streamed.status, headers: streamed.head.headers, body: body)
        }
    }

    /// What a server says is wrong takes less.
    private static let longestError = 1 << 20

    private func send(
        location: String, makeRequest: () -> S3Request, inspect: @Sendable (HTTPResponse) throws -> Void = { _ in },
        exchange: (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> S3Answer {
        let start = ContinuousClock.now
        do {
            return try await retrier.run { attempt in
                let request = makeRequest()
                let result: (response: HTTPResponse, url: String)
                do {
                    result = try await sendAdapting(request, location: location, exchange)
                } catch let error as HTTPTransportError {
                    return error.isTransient ? .transientFailure(error) : .failure(error)
                }
                let error = (200..<300).contains(result.response.status) ? nil : S3ServerError(result.response)
                if let error, error.isTransient(method: request.method) {
                    return .transientFailure(
                        AnsweredFailure(what: self.what(request, result.url), error: error),
                        retryAfter: Self.retryAfter(result.response))
                }
                if error == nil {
                    do {
                        try inspect(result.response)
                    } catch {
                        let failure = AnsweredFailure(what: self.what(request, result.url), error: error)
                        let isLasting =
                            (error as? S3ServerError).map { !$0.isTransient(method: request.method) } ?? false
                        return isLasting ? .failure(failure) : .transientFailure(failure)
                    }
                }
                return .success(
                    S3Answer(
                        response: result.response, what: self.what(request, result.url), attempts: attempt,
                        elapsed: .now - start))
            }
        } catch let failure as RetryFailure {
            throw Self.storeError(failure, location: location)
        }
    }

    /// The URL of an object with a signature in it.
    func presignedURL(_ method: String, key: ObjectKey, expires: Duration, location: String) async throws -> String {
        let seconds = expires.components.seconds
        guard (1...604_800).contains(seconds) else {
            throw ObjectStoreError(
                .invalidURL, location: location, message: "a signed URL is valid for 1 second to 7 days, not \(expires)"
            )
        }
        guard let credentials = try await credentials(location: location) else {
            throw ObjectStoreError(
                .permissionDenied, location: location, message: "nobody signs: there are no credentials")
        }
        let state = learned.withLock { $0 }
        let request = S3Request(method, key)
        let place = place(of: request, region: state.region)
        let query = signer(credentials, region: state.region).presignedQuery(
            for: target(of: request, at: place), headers: [:], expires: seconds, at: timestamp(state))
        return "\(place.url)?\(query)"
    }

    /// Sends; once more at once where the answer teaches us the bucket's region or the server's clock, that credentials have
    /// expired, or that another host has the object.
    private func sendAdapting(
        _ request: S3Request, location: String, _ exchange: (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> (response: HTTPResponse, url: String) {
        var hasAdapted: Set<Adaptation> = []
        var redirect: S3Place?
        while true {
            let credentials = try await credentials(location: location)
            let state = learned.withLock { $0 }
            let place = redirect ?? place(of: request, region: state.region)
            let signed = try await sign(request, at: place, credentials: credentials, state: state)
            let response = try await exchange(signed)
            guard !(200..<300).contains(response.status) else { return (response, signed.url) }
            if let adaptation = await adapt(to: response, credentials: credentials, state: state),
                hasAdapted.insert(adaptation).inserted
            {
                continue
            }
            guard let next = S3Place(redirect: response, from: place.scheme), next != place,
                hasAdapted.insert(.place).inserted
            else { return (response, signed.url) }
            redirect = next
        }
    }

    private enum Adaptation: Hashable {
        case region, clock, credentials, place
    }

    private func adapt(to response: HTTPResponse, credentials: AWSCredentials?, state: Learned) async -> Adaptation? {
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
        guard let date = response.headers["Date"], let server = Timestamp(httpDate: date) else { return nil }
        let offset = server.seconds - Int64(now())
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
        _ request: S3Request, at place: S3Place, credentials: AWSCredentials?, state: Learned
    ) async throws -> HTTPRequest {
        let target = target(of: request, at: place)
        var headers = request.headers
        if let md5 = request.bodyMD5 { headers["Content-MD5"] = Digests.base64(md5) }
        if let credentials {
            headers = signer(credentials, region: state.region).signedHeaders(
                headers, for: target, payloadHash: try await payloadHash(request.content), at: timestamp(state))
        }
        let query = PercentEncoding.query(target.query)
        return HTTPRequest(
            method: request.method,
            url: place.url + (query.isEmpty ? "" : "?\(query)"),
            headers: headers, body: body(of: request))
    }

    private func body(of request: S3Request) -> HTTPRequest.Body {
        switch request.content {
        case .bytes(let bytes):
            return bytes.isEmpty && request.method != "PUT" && request.method != "POST" ? .none : .bytes(bytes)
        case .part(let file, let range, _):
            let pieces = LocalFilePieces(file, range)
            return .stream(length: Int64(range.count)) { try await pieces.next() }
        }
    }

    /// Whether signatures cover what is sent, which then has to be hashed before.
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
            return signsPayloads ? try await Digests.sha256OffPool(bytes) : SignatureVersion4.unsignedPayload
        case .part(_, _, let digest):
            return digest.sha256 ?? SignatureVersion4.unsignedPayload
        }
    }

    private func place(of request: S3Request, region: String) -> S3Place {
        S3Place(scheme: address.scheme, host: address.host(region: region), path: address.path(key: request.key))
    }

    private func target(of request: S3Request, at place: S3Place) -> SignatureVersion4.Target {
        SignatureVersion4.Target(method: request.method, host: place.host, path: place.path, query: request.query)
    }

    private func signer(_ credentials: AWSCredentials, region: String) -> SignatureVersion4 {
        SignatureVersion4(credentials: credentials, region: region, keys: signingKeys)
    }

    private func timestamp(_ state: Learned) -> Timestamp { Timestamp(seconds: Int64(now()) + state.clockOffset) }

    private func what(_ request: S3Request, _ url: String) -> String {
        "\(request.method) \(HTTPTransportError.withoutSecrets(url))"
    }

    /// Seconds, or a date, as RFC 9110 (section 10.2.3) has it.
    private static func retryAfter(_ response: HTTPResponse) -> Duration? {
        guard let text = response.headers["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return .seconds(max(0, seconds)) }
        guard let until = Timestamp(httpDate: text),
            let date = response.headers["Date"].flatMap({ Timestamp(httpDate: $0) })
        else { return nil }
        return .seconds(max(0, until.seconds - date.seconds))
    }

    private static func storeError(_ failure: RetryFailure, location: String) -> any Error {
        guard failure.error is HTTPTransportError || failure.error is AnsweredFailure else { return failure.error }
        let code = ((failure.error as? AnsweredFailure)?.error as? S3ServerError)?.storeCode ?? .unavailable
        let effort = S3Answer.effort(attempts: failure.attempts, elapsed: failure.elapsed)
        return ObjectStoreError(code, location: location, message: "\(failure.error); \(effort)")
    }
}

/// An answer that was not good enough, with the request that it belongs to.
private struct AnsweredFailure: Error, CustomStringConvertible {
    let what: String
    let error: any Error

    var description: String { "\(what): \(error)" }
}
