import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.needs(.python)) struct TransportClientCancellationTests {
    private let client: TransportClient
    private let peer: Peer

    init() throws {
        client = try TransportClient(configuration: TransportClientConfiguration(maximumConnectionsPerHost: 2))
        peer = try Peer()
    }

    /// Cancels after a while; the connection must be gone soon.
    private func expectPromptEnd(
        after delay: Duration = .milliseconds(200), _ operation: @escaping @Sendable () async throws -> Void
    ) async throws {
        let task = Task { try await operation() }
        try await Task.sleep(for: delay)
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(6))
        // A server that writes or reads sees that its peer is gone; one that sleeps sees it later.
        #expect(try await eventually { try await peer.counts().open <= 2 })
        #expect(try await client.send(peer.get("echo"), maximumBodyBytes: 0).status == 200)
    }

    @Test func beforeTheStart() async throws {
        try await expectPromptEnd(after: .zero) {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await client.send(peer.get("wait/20"), maximumBodyBytes: 10)
        }
    }

    @Test func waitingForTheHead() async throws {
        try await expectPromptEnd { _ = try await client.send(peer.get("wait/10"), maximumBodyBytes: 10) }
        try await expectPromptEnd { _ = try await client.stream(peer.get("wait/10")) }
    }

    @Test func waitingForAConnection() async throws {
        async let first = client.send(peer.get("wait/10"), maximumBodyBytes: 10)
        async let second = client.send(peer.get("wait/10"), maximumBodyBytes: 10)
        try await Task.sleep(for: .milliseconds(200))
        let task = Task { try await client.send(peer.get("size/1"), maximumBodyBytes: 10) }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(try await [first.status, second.status] == [200, 200])
    }

    @Test func sending() async throws {
        let body = [UInt8](repeating: 1, count: 30_000_000)
        try await expectPromptEnd {
            _ = try await client.send(
                TransportRequest(method: "PUT", url: peer.url("sink/never-released"), body: .bytes(body)),
                maximumBodyBytes: 10)
        }
    }

    @Test func sendingWhileTheSourceHasNothing() async throws {
        try await expectPromptEnd {
            let request = TransportRequest(
                method: "PUT", url: peer.url("echo"),
                body: .stream(length: nil) {
                    try await Task.sleep(for: .seconds(600))
                    return nil
                })
            _ = try await client.send(request, maximumBodyBytes: 10)
        }
    }

    @Test func receiving() async throws {
        try await expectPromptEnd { _ = try await client.send(peer.get("trickle/1000/0.05"), maximumBodyBytes: 1_000) }
        try await expectPromptEnd { for try await _ in try await client.stream(peer.get("trickle/1000/0.05")).body {} }
    }

    @Test func paused() async throws {
        try await expectPromptEnd {
            var iterator = try await client.stream(peer.get("flow/x/50000000")).body.makeAsyncIterator()
            _ = try await iterator.next()
            try await Task.sleep(for: .seconds(600))
        }
    }

    /// A cancelled reader must not take the end of its reading for the end of the body.
    @Test func cancelledReadersGetNoEnd() async throws {
        let response = try await client.stream(peer.get("size/5000000"))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            for try await _ in response.body {}
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func droppedBodiesEndTheExchange() async throws {
        for _ in 0..<5 { #expect(try await client.stream(peer.get("flow/dropped/50000000")).status == 200) }
        #expect(try await eventually { try await peer.counts().open <= 2 })
    }

    /// Cancelling at all sorts of moments neither hangs nor breaks the client.
    @Test func atAnyTime() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let task = Task {
                        if index % 2 == 0 {
                            _ = try await client.send(peer.get("size/3000"), maximumBodyBytes: 3_000)
                        } else {
                            for try await _ in try await client.stream(peer.get("size/300000")).body {}
                        }
                    }
                    try await Task.sleep(for: .microseconds(index * 250))
                    task.cancel()
                    if case .failure(let error) = await task.result { #expect(error is CancellationError) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await client.send(peer.get("size/10"), maximumBodyBytes: 10).body.count == 10)
    }
}
