import Foundation
import Scoring
import Serving
import Synchronization
import Testing

/// HTTP's rules on single connections: bodies, ends, expectations, limits.
@Suite(.serialized) struct HTTPProtocolTests {
    static let body = TransactionBodyTests.body(TransactionBodyTests.good)

    /// Runs a server and passes its port to a blocking body on a separate thread.
    static func withServer(
        _ configuration: ScoringServerConfiguration = ScoringServerConfiguration(port: 0),
        _ body: @escaping @Sendable (_ port: Int) throws -> Void
    ) async throws {
        try await ScoringServerTests().withServer(.fixed(ScoringServerTests.model()), configuration: configuration) {
            base in
            let port = try #require(URL(string: base)?.port)
            try await onThread { try body(port) }
        }
    }

    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try body() }) }
            thread.start()
        }
    }

    @Test func headHasNoBodyOnAnyPath() async throws {
        try await Self.withServer { port in
            let connection = try RawConnection(port: port)
            for path in ["/", "/health", "/metrics", "/nothing", "/predict", "/labels"] {
                try connection.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try connection.response(isHead: true)
                try connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                let get = try connection.response()
                #expect(head.status == (path == "/predict" || path == "/labels" ? 405 : get.status), "\(path)")
                // The metrics change between two requests; their length may differ.
                if path != "/metrics" {
                    #expect(head.fields["content-length"] == get.fields["content-length"], "\(path)")
                }
                #expect(head.fields["content-length"] != nil && head.fields["transfer-encoding"] == nil)
            }
        }
    }

    @Test func anExpectationGetsAResponse() async throws {
        try await Self.withServer { port in
            let connection = try RawConnection(port: port)
            let request = RawConnection.predict(Self.body, fields: "Expect: 100-Continue\r\n")
            let head = try #require(request.range(of: "\r\n\r\n")).upperBound
            for _ in 0..<2 {
                try connection.send(String(request[..<head]))
                #expect(try connection.response().status == 100)
                try connection.send(String(request[head...]))
                #expect(try connection.response().status == 200)
            }
            // A body that would be refused gets no 100.
            try connection.send(
                "POST /labels HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\nExpect: 100-continue\r\n\r\n")
            let refusal = try connection.response()
            #expect(refusal.status == 413 && refusal.fields["connection"] == "close")
            #expect(connection.isClosedByServer())
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.0\r\n\r\n", true), ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", false), ("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n\r\n", true), ("nonsense\r\n\r\n", true),
    ])
    func connectionsEndByTheRulesOfTheirVersion(request: String, ends: Bool) async throws {
        try await Self.withServer { port in
            let connection = try RawConnection(port: port)
            try connection.send(request)
            let response = try connection.response()
            #expect((response.fields["connection"] == "close") == ends)
            if ends {
                #expect(connection.isClosedByServer())
            } else {
                try connection.send(request)
                #expect(try connection.response().status == 200)
            }
        }
    }

    @Test func pipelinedRequestsGetResponsesInOrder() async throws {
        try await Self.withServer { port in
            let connection = try RawConnection(port: port)
            let amounts = (1...50).map { "\($0).5" }
            try connection.send(
                amounts.map { RawConnection.predict(TransactionBodyTests.replacing("tx_amount", with: $0)) }.joined())
            for amount in amounts {
                #expect(Double(try connection.response().body) == (Double(amount) ?? 0) / 1_000)
            }
        }
    }

    @Test func slowRequestsAreEnded() async throws {
        let configuration = ScoringServerConfiguration(
            port: 0, headTimeout: .milliseconds(300), bodyTimeout: .milliseconds(300), idleTimeout: .milliseconds(600))
        try await Self.withServer(configuration) { port in
            let silent = try RawConnection(port: port)
            let slowHead = try RawConnection(port: port)
            try slowHead.send("GET / HTTP/1.1\r\nHo")
            let slowBody = try RawConnection(port: port)
            try slowBody.send("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            let idle = try RawConnection(port: port)
            try idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try idle.response().status == 200)
            #expect(silent.isClosedByServer())
            #expect(try slowHead.response().status == 408)
            #expect(slowHead.isClosedByServer())
            #expect(try slowBody.response().status == 408)
            #expect(slowBody.isClosedByServer())
            #expect(idle.isClosedByServer())
        }
    }

    @Test func halfOpenRequestsDoNotShutOthersOut() async throws {
        let configuration = ScoringServerConfiguration(
            port: 0, maximumConnections: 60, maximumConnectionsPerAddress: 40)
        try await Self.withServer(configuration) { port in
            // This one has had a response: it is kept rather than those that never sent a request.
            let kept = try RawConnection(port: port)
            try kept.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try kept.response().status == 200)
            var halfOpen: [RawConnection] = []
            for _ in 0..<300 {
                let connection = try RawConnection(port: port)
                try? connection.send("GET / HTTP/1.1\r\nX-")
                halfOpen.append(connection)
            }
            let health = try RawConnection(port: port)
            try health.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try health.response().status == 200)
            try kept.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try kept.response().status == 200)
            #expect(halfOpen.first?.isClosedByServer() == true)
        }
    }
}
