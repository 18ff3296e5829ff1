import Foundation
import HTTPTransport
import Synchronization
import TestSupport
import Testing

/// One after another: they count descriptors and threads of the process.
@Suite(.needs(.python), .serialized) struct TransportClientConnectionTests {
    private let peer: Peer

    init() throws { peer = try Peer() }

    private func entries(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    private func threads() throws -> Int {
        try entries("/proc/self/task").count {
            (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == "http\n"
        }
    }

    @Test func connectionsAreKept() async throws {
        let client = try TransportClient()
        for _ in 0..<50 { _ = try await client.send(peer.get("size/10"), maximumBodyBytes: 10) }
        #expect(try await peer.counts().connections == 2)
    }

    @Test func manyRequestsShareFewConnections() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(maximumConnectionsPerHost: 4))
        let bodies = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask { try await client.send(peer.get("size/1000"), maximumBodyBytes: 1_000).body.count }
            }
            return try await group.reduce(0, +)
        }
        #expect(bodies == 200_000)
        #expect(try await peer.counts().connections <= 5)
    }

    @Test func descriptorsDoNotGrow() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(maximumConnectionsPerHost: 8))
        func round(_ count: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<count {
                    if index >= 16 { try await group.next() }
                    group.addTask { _ = try await client.send(peer.get("size/10"), maximumBodyBytes: 10) }
                }
                try await group.waitForAll()
            }
        }
        try await round(100)
        let before = try entries("/proc/self/fd").count
        try await round(2_000)
        // Other suites run at the same time and have some files open.
        #expect(try entries("/proc/self/fd").count < before + 100)
        #expect(try await peer.counts().connections <= 9)
    }

    @Test func connectionsThatWereClosedInBetween() async throws {
        let client = try TransportClient()
        for _ in 0..<20 {
            #expect(try await client.send(peer.get("close-soon"), maximumBodyBytes: 10).body == Array("bye".utf8))
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await peer.counts().connections == 21)
    }

    /// The server closes at the moment when the next request is on its way: curl sends it again, bodies in memory too.
    @Test(arguments: [0, 10, 1_000_000])
    func connectionsThatAreClosedUnderARequest(count: Int) async throws {
        let client = try TransportClient()
        for _ in 0..<5 {
            _ = try await client.send(peer.get("close-next"), maximumBodyBytes: 10)
            let request = TransportRequest(method: "PUT", url: peer.url("echo"), body: .bytes(pattern(count)))
            #expect(try await client.send(request, maximumBodyBytes: count).body == pattern(count))
        }
    }

    // MARK: The end of a client

    @Test func shutDownFailsRequestsInProgress() async throws {
        let client = try TransportClient(configuration: TransportClientConfiguration(maximumConnectionsPerHost: 4))
        let response = try await client.stream(peer.get("stall"))
        let codes = await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do {
                        _ = try await client.send(peer.get("wait/20"), maximumBodyBytes: 10)
                        return nil
                    } catch {
                        return (error as? HTTPTransportError)?.code
                    }
                }
            }
            try? await Task.sleep(for: .milliseconds(200))
            await client.shutDown()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .shutDown, count: 10))
        let inBody = await #expect(throws: HTTPTransportError.self) { for try await _ in response.body {} }
        #expect(inBody?.code == .shutDown)
        let later = await #expect(throws: HTTPTransportError.self) {
            try await client.send(peer.get("size/1"), maximumBodyBytes: 1)
        }
        #expect(later?.code == .shutDown)
        await client.shutDown()
    }

    @Test func unusedClientsShutDown() async throws {
        let client = try TransportClient()
        await client.shutDown()
        await #expect(throws: HTTPTransportError.self) {
            try await client.send(peer.get("size/1"), maximumBodyBytes: 1)
        }
    }

    @Test func releasedClientsLeaveNothing() async throws {
        for _ in 0..<30 {
            let client = try TransportClient()
            _ = try await client.send(peer.get("size/10"), maximumBodyBytes: 10)
        }
        #expect(try await eventually { try await peer.counts().open == 1 })
        #expect(try await eventually { try threads() < 10 })
    }

    @Test func aBodyKeepsItsClient() async throws {
        let body = try await TransportClient().stream(peer.get("size/5000000")).body
        var count = 0
        for try await chunk in body { count += chunk.count }
        #expect(count == 5_000_000)
    }
}
