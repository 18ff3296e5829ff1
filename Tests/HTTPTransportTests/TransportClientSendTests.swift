import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.needs(.python)) struct TransportClientSendTests {
    private let client: TransportClient
    private let peer: Peer

    init() throws {
        client = try TransportClient()
        peer = try Peer.shared.get()
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"], [0, 1, 100_000, 3_000_000])
    func bodiesComeBack(method: String, count: Int) async throws {
        let body = pattern(count)
        let request = TransportRequest(method: method, url: peer.url("echo"), body: .bytes(body))
        let response = try await client.send(request, maximumBodyBytes: count)
        #expect(response.status == 200)
        #expect(response.body == body)
        #expect(response.headers["x-framing"] == "\(count)")
        #expect(response.headers["X-Method"] == method)
    }

    @Test func methodsWithoutABody() async throws {
        let get = try await client.send(peer.get("echo"), maximumBodyBytes: 10)
        #expect(get.headers["X-Framing"] == "none")
        let put = try await client.send(TransportRequest(method: "PUT", url: peer.url("echo")), maximumBodyBytes: 10)
        #expect(put.headers["X-Framing"] == "0")
        let head = try await client.send(
            TransportRequest(method: "HEAD", url: peer.url("size/5000")), maximumBodyBytes: 10)
        #expect(head.headers["Content-Length"] == "5000")
        #expect(head.body.isEmpty)
    }

    @Test func chunkedResponsesLoseTheirFraming() async throws {
        let response = try await client.send(peer.get("chunked/1000000"), maximumBodyBytes: 1_000_000)
        #expect(response.body == pattern(1_000_000))
        #expect(response.headers["X-Trailer"] == nil)
    }

    @Test func requestsAreSentAsTheyAre() async throws {
        var request = TransportRequest(
            method: "POST", url: peer.url("head/../a%2Fb//c?x=%20&y"),
            headers: ["X-Empty": "", "Host": "example.org", "X-Two": "a b"], body: .bytes([1]))
        request.headers.add("X-Two", "c")
        let lines = String(decoding: try await client.send(request, maximumBodyBytes: 1_000).body, as: UTF8.self)
            .split(separator: "\r\n").map(String.init)
        #expect(
            lines == [
                "POST /head/../a%2Fb//c?x=%20&y HTTP/1.1", "Host: example.org", "User-Agent: antifraud", "X-Empty:",
                "X-Two: a b", "X-Two: c", "Content-Length: 1",
            ])
    }
}
