import HTTPTransport

/// Sends requests to the name nodes, follows their redirects to the data nodes, and retries what may have failed by
/// chance.
struct WebHDFSClient: Sendable {
    /// The longest response of a name node; a folder of a million names takes about 300 MB.
    private static let maximumResponse = 1 << 29

    let configuration: WebHDFSConfiguration
    private let sender: any HTTPSending
    private let nameNodes: WebHDFSNameNodes
    private let retrier: Retrier
    private let identity: [(name: String, value: String)]
    /// The root folder in messages: `webhdfs://host:port/`.
    let root: String

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` for invalid addresses of name nodes.
    init(
        configuration: WebHDFSConfiguration, sender: any HTTPSending, retrier: Retrier? = nil
    ) throws(ObjectStoreError) {
        self.configuration = configuration
        self.sender = sender
        nameNodes = try WebHDFSNameNodes(configuration.nameNodes)
        self.retrier = retrier ?? Retrier(policy: configuration.retryPolicy, budget: RetryBudget())
        if let token = configuration.delegationToken {
            identity = [("delegation", token)]
        } else {
            identity = configuration.userName.map { [("user.name", $0)] } ?? []
        }
        let first = nameNodes.first
        let isEncrypted = first.lowercased().startsWithBytes(of: "https:")
        root = (isEncrypted ? "swebhdfs://" : "webhdfs://") + first.dropFirst(isEncrypted ? 8 : 7) + "/"
    }

    /// A path in messages.
    func location(_ path: String) -> String { root + path.dropFirst() }

    /// An operation to which name nodes respond themselves.
    func ask<Response: WebHDFSResponse>(_ type: Response.Type, _ operation: WebHDFSOperation) async throws -> Response {
        try await retrying(operation.name, operation.path) { _ in
            let (request, response) = try await askOnce(operation)
            return try decode(type, request, response)
        }
    }

    /// An operation whose response only says that it is done.
    func perform(_ operation: WebHDFSOperation) async throws {
        try await retrying(operation.name, operation.path) { _ in _ = try await askOnce(operation) }
    }

    /// An operation to which a data node responds with JSON.
    func askDataNode<Response: WebHDFSResponse>(
        _ type: Response.Type, _ operation: WebHDFSOperation
    ) async throws -> Response {
        var excluded: String?
        return try await retrying(operation.name, operation.path) { _ in
            let (request, response) = try await exchange(operation, maximumBody: 1 << 20, excluded: &excluded)
            return try decode(type, request, response)
        }
    }

    /// The bytes of a range that lies within the file.
    /// - Parameter mayTryAgain: Called after each failure.
    func read(
        _ path: String, _ range: Range<Int64>, mayTryAgain: () async throws -> Bool
    ) async throws -> [UInt8] {
        let operation = WebHDFSOperation(
            "OPEN", "GET", path, [("offset", "\(range.lowerBound)"), ("length", "\(range.count)")])
        var excluded: String?
        return try await retrying(operation.name, operation.path) { _ in
            do {
                // Failures have bodies of another length.
                let (request, response) = try await exchange(
                    operation, maximumBody: max(range.count, 1 << 16), excluded: &excluded)
                guard response.body.count == range.count else {
                    throw WebHDFSFailure(
                        unexpected: "received \(response.body.count) bytes instead of \(range.count)", request,
                        isTransient: true)
                }
                return response.body
            } catch var failure as WebHDFSFailure where failure.isTransient {
                failure.isTransient = try await mayTryAgain()
                throw failure
            }
        }
    }

    /// Runs attempts of an operation on a path until one succeeds.
    /// - Parameter body: gets the number of the attempt, from 1; what it throws as ``WebHDFSFailure`` may be retried.
    /// - Throws: ``ObjectStoreError`` with the number of attempts and the elapsed time; `CancellationError`.
    func retrying<Success: Sendable>(
        _ name: String, _ path: String, _ body: (_ attempt: Int) async throws -> Success
    ) async throws -> Success {
        do {
            return try await retrier.run { attempt in
                do {
                    return .success(try await body(attempt))
                } catch let failure as WebHDFSFailure {
                    return failure.isTransient
                        ? .transientFailure(failure, retryAfter: failure.retryAfter) : .failure(failure)
                }
            }
        } catch let error as RetryFailure {
            guard let failure = error.error as? WebHDFSFailure else { throw error.error }
            var message = "\(name): \(failure.message)"
            if error.attempts > 1 { message += "; \(error.attempts) attempts in \(error.elapsed)" }
            throw ObjectStoreError(failure.code, location: location(path), message: message)
        }
    }

    /// Sends a body in two steps, to a data node or to a server that does not redirect; one attempt.
    /// - Parameter excluded: A data node that failed; set when one fails.
    /// - Throws: ``WebHDFSFailure``; `CancellationError`; what the body throws.
    func sendOnce(
        _ operation: WebHDFSOperation, _ body: TransportRequest.Body, excluded: inout String?
    ) async throws {
        let destination = try await destinationOnce(operation, excluded: &excluded)
        try await sendOnce(body, to: destination, excluded: &excluded)
    }

    /// The first step: finds where an operation's data are sent.
    func destinationOnce(_ operation: WebHDFSOperation, excluded: inout String?) async throws -> TransportRequest {
        let (request, response, location) = try await firstStep(operation, maximumBody: 1 << 20, excluded: &excluded)
        var destination = request
        if let location {
            destination.url = location.url
        } else {
            // A gateway that does not redirect takes the data at the same URL when the request announces them.
            guard 200..<300 ~= response.status else { throw failure(request, response) }
            destination.url += "&data=true"
        }
        destination.headers["Content-Type"] = "application/octet-stream"
        return destination
    }

    /// The second step.
    func sendOnce(_ body: TransportRequest.Body, to destination: TransportRequest, excluded: inout String?) async throws
    {
        var request = destination
        request.body = body
        excluded = WebHDFSLocation(request.url)?.host
        let response = try await transmit(request, maximumBody: 1 << 20, atNameNode: false)
        guard 200..<300 ~= response.status else { throw failure(request, response) }
        excluded = nil
    }

    /// A two-step operation without a body; one attempt.
    private func exchange(
        _ operation: WebHDFSOperation, maximumBody: Int, excluded: inout String?
    ) async throws -> (TransportRequest, TransportResponse) {
        let (request, first, location) = try await firstStep(
            operation, maximumBody: maximumBody, excluded: &excluded)
        guard let location else {
            guard 200..<300 ~= first.status else { throw failure(request, first) }
            return (request, first)
        }
        let second = TransportRequest(method: request.method, url: location.url)
        excluded = location.host
        let response = try await transmit(second, maximumBody: maximumBody, atNameNode: false)
        guard 200..<300 ~= response.status else { throw failure(second, response) }
        return (second, response)
    }

    /// Asks the active name node; the location is nil if the server responded itself.
    private func firstStep(
        _ operation: WebHDFSOperation, maximumBody: Int, excluded: inout String?
    ) async throws -> (TransportRequest, TransportResponse, WebHDFSLocation?) {
        var operation = operation
        if let excluded { operation.parameters.append(("excludedatanodes", excluded)) }
        // Excluded from one attempt only: it may be the only data node.
        excluded = nil
        let (request, response) = try await askNameNode(operation, maximumBody: maximumBody)
        guard 300..<400 ~= response.status else { return (request, response, nil) }
        guard let text = response.headers["Location"], let location = WebHDFSLocation(text) else {
            throw WebHDFSFailure(unexpected: "a redirect without a usable Location", request, isTransient: false)
        }
        // The URL contains the token.
        guard location.isEncrypted || !request.url.lowercased().startsWithBytes(of: "https:") else {
            throw WebHDFSFailure(
                unexpected: "a redirect from https to \(HTTPTransportError.withoutSecrets(text))", request,
                isTransient: false)
        }
        return (request, response, location)
    }

    /// One request to the active name node, and its response if that is a success.
    private func askOnce(_ operation: WebHDFSOperation) async throws -> (TransportRequest, TransportResponse) {
        let (request, response) = try await askNameNode(operation, maximumBody: Self.maximumResponse)
        guard 200..<300 ~= response.status else { throw failure(request, response) }
        return (request, response)
    }

    /// One request to the active name node. If it cannot respond, the next request goes to another one.
    private func askNameNode(
        _ operation: WebHDFSOperation, maximumBody: Int
    ) async throws -> (TransportRequest, TransportResponse) {
        let nameNode = nameNodes.current
        let takesBody = operation.method == "PUT" || operation.method == "POST"
        let request = TransportRequest(
            method: operation.method, url: operation.url(at: nameNode, identity: identity),
            body: takesBody ? .bytes([]) : .none)
        do {
            let response = try await transmit(request, maximumBody: maximumBody, atNameNode: true)
            if response.status >= 400 {
                let failure = failure(request, response)
                if failure.concernsNameNode { throw failure }
            }
            return (request, response)
        } catch let failure as WebHDFSFailure {
            if failure.concernsNameNode { nameNodes.turnAway(from: nameNode) }
            throw failure
        }
    }

    private func transmit(_ request: TransportRequest, maximumBody: Int, atNameNode: Bool) async throws
        -> TransportResponse
    {
        do {
            return try await sender.send(request, maximumBodyBytes: maximumBody)
        } catch let error as HTTPTransportError {
            throw WebHDFSFailure(error, atNameNode: atNameNode)
        }
    }

    private func failure(_ request: TransportRequest, _ response: TransportResponse) -> WebHDFSFailure {
        WebHDFSFailure(request, status: response.status, headers: response.headers, body: response.body)
    }

    private func decode<Response: WebHDFSResponse>(
        _ type: Response.Type, _ request: TransportRequest, _ response: TransportResponse
    ) throws(WebHDFSFailure) -> Response {
        guard let response = WebHDFSResponses.decode(type, response.body) else {
            // It may have been truncated.
            let start = String(decoding: response.body.prefix(100), as: UTF8.self)
            throw WebHDFSFailure(
                unexpected: "the response is not the expected JSON: \(start.debugDescription)", request,
                isTransient: true)
        }
        return response
    }
}
