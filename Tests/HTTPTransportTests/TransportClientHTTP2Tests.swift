import Foundation
import HTTPTransport
import TestSupport
import Testing

/// HTTP/2 as nghttpx speaks it, in front of the usual peer.
@Suite(.needs(.python)) struct TransportClientHTTP2Tests {
    /// A process that ends with its last reference.
    ///
    /// `@unchecked Sendable`: nothing is written after the initializer.
    private final class Front: @unchecked Sendable {
        let port: Int
        private let process = Process()
        private let input = Pipe()

        init(_ certificates: Certificates, to peer: Peer) throws {
            port = try FreePort().number
            // The shell ends it with its own input, so that tests that are killed leave nothing running.
            process.executableURL = URL(filePath: "/bin/sh")
            process.environment = ["PATH": "/usr/sbin:/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin"]
            process.arguments = [
                "-c", "nghttpx \"$@\" & read -r line; kill -9 $!", "nghttpx", "--conf=/dev/null", "--single-process",
                "--frontend=127.0.0.1,\(port)",
                "--backend=127.0.0.1,\(peer.port)", "--errorlog-file=/dev/null", certificates.serverKey,
                certificates.server,
            ]
            process.standardInput = input
            try process.run()
        }

        deinit {
            try? input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
            process.waitUntilExit()
        }

        func url(_ path: String) -> String { "https://127.0.0.1:\(port)/\(path)" }
    }

    private let certificates: Certificates
    private let peer: Peer
    private let front: Front
    private let client: TransportClient

    init() async throws {
        certificates = try Certificates()
        peer = try Peer()
        front = try Front(certificates, to: peer)
        client = try certificates.client()
        let (client, front) = (client, front)
        let isUp = try await eventually {
            (try? await client.send(TransportRequest(method: "GET", url: front.url("echo")), maximumBodyBytes: 0))
                != nil
        }
        try #require(isUp, "nghttpx is not up")
    }

    @Test func requestsSpeakHTTP2() async throws {
        let response = try await client.send(
            TransportRequest(method: "GET", url: front.url("head")), maximumBodyBytes: 10_000)
        #expect(String(decoding: response.body, as: UTF8.self).lowercased().contains("via: 2 nghttpx"))
        let tls = TransportClientConfiguration.TLS(certificateAuthorityFile: certificates.authority)
        let older = try TransportClient(configuration: TransportClientConfiguration(usesHTTP2: false, tls: tls))
        let other = try await older.send(
            TransportRequest(method: "GET", url: front.url("head")), maximumBodyBytes: 10_000)
        #expect(String(decoding: other.body, as: UTF8.self).lowercased().contains("via: 1.1 nghttpx"))
    }

    /// A server that refuses a long body over HTTP/2 would not be noticed by libcurl 7.88.
    @Test func longBodiesGoOverHTTP1() async throws {
        for (count, version) in [(0, "2"), (1_000, "2"), (1_000_000, "1.1"), (0, "2"), (1_000_000, "1.1")] {
            let request = TransportRequest(method: "PUT", url: front.url("head"), body: .bytes(pattern(count)))
            let response = try await client.send(request, maximumBodyBytes: 10_000)
            #expect(String(decoding: response.body, as: UTF8.self).lowercased().contains("via: \(version) nghttpx"))
        }
    }

    @Test(arguments: [0, 1, 3_000_000])
    func bodiesComeBack(count: Int) async throws {
        let body = pattern(count)
        let whole = TransportRequest(method: "PUT", url: front.url("echo"), body: .bytes(body))
        #expect(try await client.send(whole, maximumBodyBytes: count).body == body)
        let source = ChunkSource(body, chunkSize: 70_001)
        let request = TransportRequest(
            method: "PUT", url: front.url("echo"), body: .stream(length: nil) { source.next() })
        var received: [UInt8] = []
        for try await chunk in try await client.stream(request).body { received += chunk }
        #expect(received == body)
    }

    @Test func manyAtOnceWithSlowReadersAmongThem() async throws {
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<30 {
                group.addTask {
                    let request = TransportRequest(method: "GET", url: front.url("size/3000000"))
                    guard index % 3 == 0 else {
                        return try await client.send(request, maximumBodyBytes: 3_000_000).body.count
                    }
                    var count = 0
                    for try await chunk in try await client.stream(request).body {
                        try await Task.sleep(for: .milliseconds(20))
                        count += chunk.count
                    }
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 3_000_000, count: 30))
    }

    @Test func cancelledRequestsLeaveTheOthersAlone() async throws {
        async let other = client.send(
            TransportRequest(method: "GET", url: front.url("trickle/10/0.1")), maximumBodyBytes: 10)
        for _ in 0..<5 {
            let task = Task {
                try await client.send(
                    TransportRequest(method: "GET", url: front.url("trickle/1000/0.1")), maximumBodyBytes: 1_000)
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(try await other.body.count == 10)
    }

    @Test func truncatedBodiesAreFailures() async throws {
        let failure = await #expect(throws: HTTPTransportError.self) {
            try await client.send(TransportRequest(method: "GET", url: front.url("truncated")), maximumBodyBytes: 1_000)
        }
        #expect(failure?.code == .connectionLost, "\(String(describing: failure))")
    }
}
