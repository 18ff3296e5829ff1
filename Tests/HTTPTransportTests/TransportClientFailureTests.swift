import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.needs(.python)) struct TransportClientFailureTests {
    private let client: TransportClient
    private let peer: Peer

    init() throws {
        client = try TransportClient()
        peer = try Peer.shared.get()
    }

    private func failure(_ url: String, client: TransportClient? = nil) async -> HTTPTransportError? {
        await #expect(throws: HTTPTransportError.self) {
            try await (client ?? self.client).send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 1 << 20)
        }
    }

    @Test(arguments: [
        ("truncated", HTTPTransportError.Code.connectionLost), ("truncated-chunked", .connectionLost),
        ("reset", .connectionLost), ("hang-up", .connectionLost), ("garbage", .protocolViolation),
        ("big-lie", .bodyTooLarge), ("size/2000000", .bodyTooLarge), ("chunked/2000000", .bodyTooLarge),
        ("fields/1/120000", .protocolViolation), ("fields/60/5000", .protocolViolation),
    ])
    func badResponsesAreFailures(path: String, code: HTTPTransportError.Code) async throws {
        let failure = await failure(peer.url(path))
        #expect(failure?.code == code, "\(path): \(String(describing: failure))")
        // The client is as good as before.
        #expect(try await client.send(peer.get("echo"), maximumBodyBytes: 0).status == 200)
    }

    @Test(arguments: ["truncated", "truncated-chunked", "reset"])
    func streamsThatEndEarlyThrow(path: String) async throws {
        let response = try await client.stream(peer.get(path))
        #expect(response.status == 200)
        var count = 0
        let failure = await #expect(throws: HTTPTransportError.self) {
            for try await chunk in response.body { count += chunk.count }
        }
        #expect(failure?.code == .connectionLost)
        #expect(count == 500)
    }

    @Test func longHeadsWithinTheLimit() async throws {
        let response = try await client.send(peer.get("fields/50/1000"), maximumBodyBytes: 0)
        #expect(response.headers["X-49"] == String(repeating: "v", count: 1_000))
    }

    @Test func aClosedPort() async throws {
        let failure = await failure("http://127.0.0.1:1/x?secret=1")
        #expect(failure?.code == .connectionFailed)
        #expect(failure?.description.contains("secret") == false)
        #expect(failure?.isTransient == true)
    }

    /// curl sends the request again over a second connection, which is refused: that does not mean that it was never sent.
    @Test(arguments: ["GET", "POST", "DELETE"])
    func aServerThatVanishesWithARequest(method: String) async throws {
        let server = try VanishingServer()
        let url = "http://127.0.0.1:\(server.port)/"
        let response = try await client.send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 2)
        #expect(response.body == Array("ok".utf8))
        let failure = await #expect(throws: HTTPTransportError.self) {
            try await client.send(TransportRequest(method: method, url: url), maximumBodyBytes: 2)
        }
        #expect(failure?.code == .connectionLost)
    }

    @Test func anUnknownHost() async {
        let failure = await failure("http://nowhere.invalid/")
        #expect(failure?.code == .unknownHost)
    }

    @Test(arguments: ["ftp://127.0.0.1/x", "/path", "", "http://a b/", "http://[::1/", "http://127.0.0.1:99999999/"])
    func textsThatAreNotURLs(url: String) async { #expect(await failure(url)?.code == .invalidURL) }

    @Test(arguments: ["a\r\nInjected: yes", "a\nb", "a\0b"])
    func headerFieldsOfMoreThanOneLine(value: String) async throws {
        var request = peer.get("head")
        request.headers.add("X-Name", value)
        let failure = await #expect(throws: HTTPTransportError.self) {
            try await client.send(request, maximumBodyBytes: 1_000)
        }
        #expect(failure?.code == .invalidRequest)
    }

    @Test func namesAndMethodsThatAreNotTokens() async throws {
        for (method, name) in [("GET /x HTTP/1.1\r\nX: y", "A"), ("", "A"), ("GET", "A: b"), ("GET", "")] {
            let request = TransportRequest(method: method, url: peer.url("head"), headers: [name: "1"])
            let failure = await #expect(throws: HTTPTransportError.self) {
                try await client.send(request, maximumBodyBytes: 1_000)
            }
            #expect(failure?.code == .invalidRequest)
        }
    }

    // MARK: Time

    @Test func silenceBeforeTheHead() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(idleTimeout: .seconds(1)))
        let start = ContinuousClock.now
        let failure = await failure(peer.url("wait/20"), client: client)
        #expect(failure?.code == .timedOut)
        #expect(failure?.message == "nothing was sent or received for 1.0 seconds")
        #expect((.seconds(1)..<(.seconds(19))).contains(ContinuousClock.now - start))
    }

    @Test func silenceInTheBody() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(idleTimeout: .seconds(1)))
        let response = try await client.stream(peer.get("stall"))
        let failure = await #expect(throws: HTTPTransportError.self) { for try await _ in response.body {} }
        #expect(failure?.message == "nothing was sent or received for 1.0 seconds")
    }

    @Test func slowIsNotSilent() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(idleTimeout: .seconds(1)))
        #expect(try await client.send(peer.get("trickle/10/0.2"), maximumBodyBytes: 10).body.count == 10)
    }

    /// A slow reader is not taken for a silent server.
    @Test func ourOwnPausesAreNotSilence() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(idleTimeout: .seconds(1)))
        let response = try await client.stream(peer.get("size/20000000"))
        var count = 0
        for try await chunk in response.body {
            if count == 0 { try await Task.sleep(for: .seconds(3)) }
            count += chunk.count
        }
        #expect(count == 20_000_000)
        let slowly = TransportRequest.Body.stream(length: nil, next: slowChunks(3, every: .milliseconds(1_500)))
        let echo = try await client.send(
            TransportRequest(method: "PUT", url: peer.url("echo"), body: slowly), maximumBodyBytes: 100)
        #expect(echo.body == [0, 1, 2])
    }

    /// A request that waits for a connection is not silent either.
    @Test func queueingIsNotSilence() async throws {
        let client = try TransportClient(
            configuration: TransportClientConfiguration(
                connectTimeout: .seconds(1), idleTimeout: .seconds(2), maximumConnectionsPerHost: 1))
        let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<4 {
                group.addTask { try await client.send(peer.get("wait/1"), maximumBodyBytes: 10).body }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(bodies == Array(repeating: Array("late".utf8), count: 4))
    }

    @Test func theWholeTakesTooLong() async throws {
        var request = peer.get("trickle/100/0.1")
        request.totalTimeout = .milliseconds(500)
        let failure = await #expect(throws: HTTPTransportError.self) {
            try await client.send(request, maximumBodyBytes: 100)
        }
        #expect(failure?.code == .timedOut)
        #expect(failure?.message == "not complete after 0.5 seconds")
    }

    /// A socket that listens but whose queue is full does not respond to the connection's first packet.
    @Test func theConnectionTakesTooLong() async throws {
        let client = try TransportClient(
            configuration: TransportClientConfiguration(connectTimeout: .milliseconds(300)))
        let listener = try DeafListener()
        let failure = await failure("http://127.0.0.1:\(listener.port)/", client: client)
        #expect(failure?.code == .timedOut)
        #expect(failure?.message.contains("onnect") == true, "\(String(describing: failure))")
    }
}

/// One byte at a time, counting from zero.
func slowChunks(_ count: UInt8, every delay: Duration) -> @Sendable () async throws -> [UInt8]? {
    let chunks = ChunkSource((0..<count).map { [$0] })
    return {
        try await Task.sleep(for: delay)
        return chunks.next()
    }
}
