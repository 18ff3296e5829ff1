import Foundation
import Parallelism
import Scoring
import ServiceLifecycle
import Serving
import Testing

/// Graceful shutdown loses no request.
@Suite(.serialized) struct ShutdownTests {
    final class Count: Sendable {
        private let count = Lock(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    /// A server whose shutdown the body begins.
    static func withServer(
        _ configuration: ScoringServerConfiguration = ScoringServerConfiguration(port: 0),
        _ body: @escaping @Sendable (_ port: Int, _ shutDown: @escaping @Sendable () -> Void) throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = ScoringServer(
            .fixed(try ScoringServerTests.model()), configuration: configuration, logger: ScoringServerTests.quiet
        ) { continuation.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: ScoringServerTests.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                do {
                    try await HTTPProtocolTests.onThread {
                        try body(port) { Task { await group.triggerGracefulShutdown() } }
                    }
                } catch {
                    Issue.record(error)
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    @Test func noRequestUnderLoadIsLost() async throws {
        try await Self.withServer { port, shutDown in
            let request = RawConnection.predict(HTTPProtocolTests.body)
            let lost = Count(), responded = Count(), closes = Count()
            let clients = DispatchGroup()
            for _ in 0..<32 {
                clients.enter()
                // Separate threads: each blocks until its response arrives.
                Thread {
                    defer { clients.leave() }
                    guard let connection = try? RawConnection(port: port) else { return }
                    while true {
                        do {
                            try connection.send(request)
                            let response = try connection.response()
                            responded.add()
                            if response.fields["connection"] == "close" { return closes.add() }
                        } catch {
                            return lost.add()
                        }
                    }
                }.start()
            }
            Thread.sleep(forTimeInterval: 0.3)
            shutDown()
            clients.wait()
            #expect(lost.value == 0)
            #expect(closes.value == 32)
            #expect(responded.value > 64)
        }
    }

    private static func health(_ connection: RawConnection) throws -> RawConnection.Response {
        try connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        return try connection.response()
    }

    @Test func aRequestInProgressIsWaitedForAndHealthSaysSo() async throws {
        try await Self.withServer { port, shutDown in
            let slow = try RawConnection(port: port), other = try RawConnection(port: port)
            let idle = try RawConnection(port: port)
            for connection in [other, idle] {
                try connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try connection.response()
            }
            let request = RawConnection.predict(HTTPProtocolTests.body)
            try slow.send(String(request.dropLast(5)))
            Thread.sleep(forTimeInterval: 0.1)
            shutDown()
            // The signal takes effect in a moment; until then the service responds as before.
            var health = try Self.health(other)
            for _ in 0..<200 where health.fields["connection"] != "close" {
                Thread.sleep(forTimeInterval: 0.05)
                health = try Self.health(other)
            }
            #expect(health.status == 503 && health.body.contains("\"shutting down\""))
            #expect(health.fields["connection"] == "close")
            for _ in 0..<200 where (try? RawConnection(port: port)) != nil { Thread.sleep(forTimeInterval: 0.05) }
            #expect(throws: RawConnection.Closed.self) { try RawConnection(port: port) }
            // An idle connection ends by itself, while a request is still coming.
            #expect(idle.isClosedByServer())
            try slow.send(String(request.suffix(5)))
            let response = try slow.response()
            #expect(response.status == 200 && response.fields["connection"] == "close")
        }
    }

    @Test func waitingHasALimit() async throws {
        let configuration = ScoringServerConfiguration(port: 0, shutdownTimeout: .milliseconds(300))
        try await Self.withServer(configuration) { port, shutDown in
            let slow = try RawConnection(port: port)
            try slow.send("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            Thread.sleep(forTimeInterval: 0.1)
            shutDown()
            #expect(try slow.response().status == 408)
        }
    }
}
