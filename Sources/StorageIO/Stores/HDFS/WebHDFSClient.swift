import HTTPTransport

/// Asks the name nodes, follows them to the data nodes, and tries again what may have failed by chance.
struct WebHDFSClient: Sendable {
    /// Longest answer of a name node; a folder of a million names takes about 300 MB.
    private static let maximumResponse = 1 << 29

    let configuration: WebHDFSConfiguration
    private let sender: any HTTPSending
    private let nameNodes: WebHDFSNameNodes
    private let retrier: Retrier
    private let identity: [(name: String, value: String)]
    /// What messages call the root folder: `webhdfs://host:port/`.
    let root: String

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` for addresses of name nodes that are none.
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

    /// Where a path is, for messages.
    func location(_ path: String) -> String { root + path.dropFirst() }

    /// An operation that name nodes answer themselves.
    func ask<Response: WebHDFSResponse>(_ type: Response.Type, _ operation: WebHDFSOperation) async throws -> Response {
        try await retrying(operation.name, operation.path) { _ in
            let (request, response) = try await askOnce(operation)
            return try decode(type, request, response)
        }
    }

    /// An operation whose answer says nothing but that it is done.
    func perform(_ operation: WebHDFSOperation) async throws {
        try await retrying(operation.name, operation.path) { _ in _ = try await askOnce(operation) }
    }

    /// An operation that a data node answers with JSON.
    func askDataNode<Response: WebHDFSResponse>(
        _ type: Response.Type, _ operation: WebHDFSOperation
    ) async throws -> Response {
        var excluded: String?
        return try await retrying(operation.name, operation.path) { _ in
            let (request, response) = try await exchange(operation, maximumBody: 1 << 20, excluded: &excluded)
            return try decode(type, request, response)
        }
    }

    /// The bytes of a range of a file that is at least so long.
    /// - Parameter mayTryAgain: Is asked after each failure.
    func read(
        _ path: String, _ range: Range<Int64>, mayTryAgain: () async throws -> Bool
    ) async throws -> [UInt8] {
        let operation = WebHDFSOperation(
            "OPEN", "GET", path, [("offset", "\(range.lowerBound)"), ("length", "\(range.count)")])
        var excluded: String?
        return try await retrying(operation.name, operation.path) { _ in
            do {
                // Failures have bodies of their own length.
                let (request, response) = try await exchange(
                    operation, maximumBody: max(range.count, 1 << 16), excluded: &excluded)
                guard response.body.count == range.count else {
                    throw WebHDFSFailure(
                        unexpected: "\(response.body.count) bytes came instead of \(range.count)", request,
                        isTransient: true)
                }
                return response.body
            } catch var failure as WebHDFSFailure where failure.isTransient {
                failure.isTransient = try await mayTryAgain()
                throw failure
            }
        }
    }

    /// Runs tries of an operation on a path until one succeeds.
    /// - Parameter body: gets the number of the try, from 1; what it throws as ``WebHDFSFailure`` may be tried again.
    /// - Throws: ``ObjectStoreError`` that says how often and how long it was tried; `CancellationError`.
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
            if error.attempts > 1 { message += "; \(error.attempts) tries in \(error.elapsed)" }
            throw ObjectStoreError(failure.code, location: location(path), message: message)
        }
    }

    /// Sends a body the two-step way, to a data node or to the server that does not redirect; once.
    /// - Parameter excluded: A data node that failed; is set when one fails.
    /// - Throws: ``WebHDFSFailure``; `CancellationError`; what the body throws.
    func sendOnce(
        _ operation: WebHDFSOperation, _ body: TransportRequest.Body, excluded: inout String?
    ) async throws {
        let destination = try await destinationOnce(operation, excluded: &excluded)
        try await sendOnce(body, to: destination, excluded: &excluded)
    }

    /// The first step: where an operation's data go.
    func destinationOnce(_ operation: WebHDFSOperation, excluded: inout String?) async throws -> TransportRequest {
        let (request, response, location) = try await firstStep(operation, maximumBody: 1 << 20, excluded: &excluded)
        var destination = request
        if let location {
            destination.url = location.url
        } else {
            // A gateway that does not redirect takes the data at the same place when it is told that they come.
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

    /// A two-step operation without a body of its own; once.
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

    /// Asks the active name node; the location is nil where the server answered itself.
    private func firstStep(
        _ operation: WebHDFSOperation, maximumBody: Int, excluded: inout String?
    ) async throws -> (TransportRequest, TransportResponse, WebHDFSLocation?) {
        var operation = operation
        if let excluded { operation.parameters.append(("excludedatanodes", excluded)) }
        // Left out of one try alone: it may be the only one there is.
        excluded = nil
        let (request, response) = try await askNameNode(operation, maximumBody: maximumBody)
        guard 300..<400 ~= response.status else { return (request, response, nil) }
        guard let text = response.headers["Location"], let location = WebHDFSLocation(text) else {
            throw WebHDFSFailure(unexpected: "a redirect without a usable Location", request, isTransient: false)
        }
        // The URL carries the token.
        guard location.isEncrypted || !request.url.lowercased().startsWithBytes(of: "https:") else {
            throw WebHDFSFailure(
                unexpected: "a redirect from https to \(HTTPTransportError.withoutSecrets(text))", request,
                isTransient: false)
        }
        return (request, response, location)
    }

    /// One question to the active name node, and its answer if that is a success.
    private func askOnce(_ operation: WebHDFSOperation) async throws -> (TransportRequest, TransportResponse) {
        let (request, response) = try await askNameNode(operation, maximumBody: Self.maximumResponse)
        guard 200..<300 ~= response.status else { throw failure(request, response) }
        return (request, response)
    }

    /// One question to the active name node. The next one goes elsewhere if this one cannot answer.
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
            // It may have been cut off.
            let start = String(decoding: response.body.prefix(100), as: UTF8.self)
            throw WebHDFSFailure(
                unexpected: "the answer is not the JSON that was expected: \(start.debugDescription)", request,
                isTransient: true)
        }
        return response
    }
}
