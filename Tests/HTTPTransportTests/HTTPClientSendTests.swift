import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite struct HTTPClientSendTests {
    private let client: HTTPClient
    private let peer: Peer

    init() throws {
        client = try HTTPClient()
        peer = try Peer.shared.get()
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"], [0, 1, 100_000, 3_000_000])
    func bodiesComeBack(method: String, count: Int) async throws {
        let body = pattern(count)
        let request = HTTPRequest(method: method, url: peer.url("echo"), body: .bytes(body))
        let answer = try await client.send(request, maximumBodyBytes: count)
        #expect(answer.status == 200)
        #expect(answer.body == body)
        #expect(answer.headers["x-framing"] == "\(count)")
        #expect(answer.headers["X-Method"] == method)
    }

    @Test func methodsWithoutABody() async throws {
        let get = try await client.send(peer.get("echo"), maximumBodyBytes: 10)
        #expect(get.headers["X-Framing"] == "none")
        let put = try await client.send(HTTPRequest(method: "PUT", url: peer.url("echo")), maximumBodyBytes: 10)
        #expect(put.headers["X-Framing"] == "0")
        let head = try await client.send(HTTPRequest(method: "HEAD", url: peer.url("size/5000")), maximumBodyBytes: 10)
        #expect(head.headers["Content-Length"] == "5000")
        #expect(head.body.isEmpty)
    }

    @Test func chunkedAnswersLoseTheirFraming() async throws {
        let answer = try await client.send(peer.get("chunked/1000000"), maximumBodyBytes: 1_000_000)
        #expect(answer.body == pattern(1_000_000))
        #expect(answer.headers["X-Trailer"] == nil)
    }

    @Test func requestsAreSentAsTheyAre() async throws {
        var request = HTTPRequest(
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
