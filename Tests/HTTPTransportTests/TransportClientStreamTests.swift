import Foundation
import HTTPTransport
import Parallelism
import TestSupport
import Testing

@Suite(.needs(.python)) struct TransportClientStreamTests {
    private let client: TransportClient
    private let peer: Peer

    init() throws {
        client = try TransportClient()
        peer = try Peer.shared.get()
    }

    private func collect(_ response: TransportStreamedResponse) async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await chunk in response.body {
            #expect(!chunk.isEmpty)
            body += chunk
        }
        return body
    }

    @Test(arguments: [0, 1, 100_000, 5_000_000], [true, false])
    func streamedBodiesComeBack(count: Int, isLengthKnown: Bool) async throws {
        let body = pattern(count)
        let source = ChunkSource(body, chunkSize: 70_001)
        let request = TransportRequest(
            method: "POST", url: peer.url("echo"),
            body: .stream(length: isLengthKnown ? Int64(count) : nil) { source.next() })
        let response = try await client.stream(request)
        #expect(response.head.headers["X-Framing"] == (isLengthKnown ? "\(count)" : "chunked"))
        #expect(try await collect(response) == body)
    }

    @Test func interimResponsesAreSkipped() async throws {
        let response = try await client.stream(peer.get("interim"))
        #expect(response.status == 200)
        #expect(response.head.headers["Link"] == nil)
        #expect(response.head.headers["X-Final"] == "yes")
        #expect(try await collect(response) == Array("final".utf8))
    }

    @Test func theHeadComesBeforeTheBody() async throws {
        let response = try await client.stream(peer.get("stall"))
        #expect(response.status == 200)
        var iterator = response.body.makeAsyncIterator()
        #expect(try await iterator.next()?.isEmpty == false)
    }

    /// A server that sends to a slow reader has to wait: nobody holds the body in memory.
    @Test func slowReadersSlowTheServerDown() async throws {
        let total = 30_000_000
        let response = try await client.stream(peer.get("flow/slow-reader/\(total)"))
        var iterator = response.body.makeAsyncIterator()
        var body = try await iterator.next() ?? []
        var sent = 0
        let hasStopped = try await eventually {
            let before = sent
            try await Task.sleep(for: .milliseconds(300))
            sent = try await peer.mark("slow-reader")
            return sent > 0 && sent == before
        }
        #expect(hasStopped)
        #expect(sent < total / 2, "the server could send \(sent) bytes")
        while let chunk = try await iterator.next() { body += chunk }
        #expect(body == pattern(total))
    }

    /// A source is not asked for more than the server takes.
    @Test func slowServersSlowTheSourceDown() async throws {
        let total = 30_000_000
        let source = ChunkSource(pattern(total), chunkSize: 100_000)
        let request = TransportRequest(
            method: "PUT", url: peer.url("sink/slow-server"), body: .stream(length: Int64(total)) { source.next() })
        async let response = client.send(request, maximumBodyBytes: 100)
        var asked = 0
        let hasStopped = try await eventually {
            let before = asked
            try await Task.sleep(for: .milliseconds(300))
            asked = 300 - source.remainingCount
            return asked > 0 && asked == before
        }
        #expect(hasStopped)
        #expect(asked < 150, "\(asked) of 300 chunks were asked for")
        #expect(try await client.send(peer.get("release/slow-server"), maximumBodyBytes: 0).status == 200)
        #expect(String(decoding: try await response.body, as: UTF8.self) == "\(total)")
    }

    @Test(arguments: [0, 999, 1_001, 2_000])
    func bodiesOfAnotherLengthFail(count: Int) async throws {
        let source = ChunkSource(pattern(count), chunkSize: 500)
        let request = TransportRequest(
            method: "PUT", url: peer.url("echo"), body: .stream(length: 1_000) { source.next() })
        let failure = await #expect(throws: HTTPTransportError.self) {
            try await client.send(request, maximumBodyBytes: 10_000)
        }
        #expect(failure?.code == .wrongBodyLength)
    }

    @Test func failuresOfTheSourceAreThrown() async throws {
        struct DiskFailure: Error {}
        let source = ChunkSource([[1, 2, 3]])
        let request = TransportRequest(
            method: "PUT", url: peer.url("echo"),
            body: .stream(length: nil) {
                guard let chunk = source.next() else { throw DiskFailure() }
                return chunk
            })
        await #expect(throws: DiskFailure.self) { try await client.send(request, maximumBodyBytes: 100) }
        await #expect(throws: DiskFailure.self) { try await client.stream(request) }
    }

    // MARK: Servers that do not want the body

    @Test(
        arguments: [403, 503, 507, 307],
        ["said", "unsaid", "said-reset", "unsaid-reset", "late-unsaid", "late-reset"])
    func earlyResponsesAreDelivered(status: Int, how: String) async throws {
        let url = peer.url("refuse/\(status)/\(how)")
        for _ in 0..<5 {
            let whole = TransportRequest(method: "PUT", url: url, body: .bytes(pattern(8_000_000)))
            let response = try await client.send(whole, maximumBodyBytes: 100)
            #expect(response.status == status)
            #expect(response.body == Array("no room".utf8))

            let source = ChunkSource(pattern(8_000_000), chunkSize: 100_000)
            let inParts = TransportRequest(method: "PUT", url: url, body: .stream(length: 8_000_000) { source.next() })
            let streamed = try await client.stream(inParts)
            #expect(streamed.status == status)
            #expect(try await collect(streamed) == Array("no room".utf8))
        }
    }

    /// A refusal ends the task that produces the body, even one that has nothing to send at the time.
    @Test func refusalsEndTheSource() async throws {
        let asleep = Lock(0)
        let source = ChunkSource([[1]])
        let request = TransportRequest(
            method: "PUT", url: peer.url("refuse/403/late-unsaid"),
            body: .stream(length: 1_000_000) {
                if let chunk = source.next() { return chunk }
                asleep.withLock { $0 += 1 }
                defer { asleep.withLock { $0 -= 1 } }
                try await Task.sleep(for: .seconds(600))
                return nil
            })
        #expect(try await client.send(request, maximumBodyBytes: 100).status == 403)
        #expect(try await eventually { asleep.withLock { $0 } == 0 })
    }

    @Test func redirectsAreNotFollowed() async throws {
        let response = try await client.send(peer.get("redirect"), maximumBodyBytes: 100)
        #expect(response.status == 307)
        #expect(response.headers["Location"] == "http://elsewhere.invalid/")
    }
}
