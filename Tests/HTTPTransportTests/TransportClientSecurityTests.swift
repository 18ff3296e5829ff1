import Foundation
import HTTPTransport
import TestSupport
import Testing

/// TLS and proxies.
@Suite(.needs(.python)) struct TransportClientSecurityTests {
    private func failure(_ client: TransportClient, _ url: String) async -> HTTPTransportError? {
        await #expect(throws: HTTPTransportError.self) {
            try await client.send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 100)
        }
    }

    @Test func trustedServers() async throws {
        let certificates = try Certificates()
        let peer = try certificates.peer(), client = try certificates.client()
        for host in ["127.0.0.1", "localhost"] {
            let url = peer.url("echo", scheme: "https", host: host)
            let request = TransportRequest(method: "PUT", url: url, body: .bytes(pattern(3_000_000)))
            #expect(try await client.send(request, maximumBodyBytes: 3_000_000).body == pattern(3_000_000))
        }
        let truncated = await failure(client, peer.url("truncated", scheme: "https"))
        #expect(truncated?.code == .connectionLost || truncated?.code == .bodyTooLarge)
    }

    /// The server has read all that was sent, and waits for more. (What a server leaves unread makes its system reset the
    /// connection, and over TLS the response is lost then.)
    @Test func refusalsOverTLS() async throws {
        let certificates = try Certificates()
        let peer = try certificates.peer(), client = try certificates.client()
        for _ in 0..<5 {
            let source = ChunkSource(pattern(500_000), chunkSize: 100_000)
            let request = TransportRequest(
                method: "PUT", url: peer.url("refuse/403/drained", scheme: "https"),
                body: .stream(length: 8_000_000) {
                    if let chunk = source.next() { return chunk }
                    try await Task.sleep(for: .seconds(600))
                    return nil
                })
            #expect(try await client.send(request, maximumBodyBytes: 100).status == 403)
        }
    }

    @Test func untrustedServers() async throws {
        let certificates = try Certificates()
        let peer = try certificates.peer()
        let url = peer.url("echo", scheme: "https")
        #expect(await failure(try TransportClient(), url)?.code == .tlsFailed)
        let other = try Certificates()
        #expect(await failure(try other.client(), url)?.code == .tlsFailed)
    }

    @Test func certificatesForAnotherName() async throws {
        let certificates = try Certificates(names: "DNS:elsewhere.example")
        let peer = try certificates.peer()
        #expect(await failure(try certificates.client(), peer.url("echo", scheme: "https"))?.code == .tlsFailed)
    }

    @Test func filesThatAreMissingOrNoCertificates() async throws {
        for tls in [
            TransportClientConfiguration.TLS(certificateAuthorityFile: "/nowhere/ca.pem"),
            .init(clientCertificateFile: "/nowhere/client.pem"), .init(clientKeyFile: "/nowhere/client.key"),
        ] {
            let failure = #expect(throws: HTTPTransportError.self) {
                try TransportClient(configuration: TransportClientConfiguration(tls: tls))
            }
            #expect(failure?.code == .invalidConfiguration)
            #expect(failure?.description.contains("/nowhere/") == true)
        }
        let certificates = try Certificates()
        let peer = try certificates.peer()
        let client = try certificates.client(trusting: certificates.serverKey)
        let failure = await failure(client, peer.url("echo", scheme: "https"))
        #expect(failure?.code == .invalidConfiguration)
    }

    @Test func plainServersDoNotSpeakTLS() async throws {
        let peer = try Peer.shared.get()
        #expect(await failure(try TransportClient(), peer.url("echo", scheme: "https"))?.code == .tlsFailed)
    }

    /// A retry may help here.
    @Test func serversThatHangUpInTheHandshake() async throws {
        let peer = try Peer(["hang-up"])
        #expect(await failure(try TransportClient(), peer.url("echo", scheme: "https"))?.code == .connectionFailed)
    }

    // MARK: Proxies

    private func client(_ proxy: Peer, exceptions: [String] = [], tls: TransportClientConfiguration.TLS = .init())
        throws
        -> TransportClient
    {
        let proxy = TransportClientConfiguration.Proxy(
            url: proxy.url(""), user: "someone", password: "secret", exceptions: exceptions)
        return try TransportClient(configuration: TransportClientConfiguration(tls: tls, proxy: proxy))
    }

    @Test func plainRequestsGoThroughTheProxy() async throws {
        let proxy = try Peer(["proxy"]), peer = try Peer.shared.get()
        let url = peer.url("size/3", host: "inside.example")
        let response = try await client(proxy).send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 10)
        #expect(response.body == [0, 1, 2])
        let heads = try proxy.seenHeads()
        #expect(heads.first?.hasPrefix("GET \(url) HTTP/1.1\r\n") == true)
        #expect(
            heads.first?.contains("Proxy-Authorization: Basic \(Data("someone:secret".utf8).base64EncodedString())")
                == true)
    }

    @Test func tlsGoesThroughATunnel() async throws {
        let certificates = try Certificates(names: "DNS:inside.example")
        let proxy = try Peer(["proxy"]), peer = try certificates.peer()
        let client = try client(proxy, tls: .init(certificateAuthorityFile: certificates.authority))
        let url = peer.url("size/3", scheme: "https", host: "inside.example")
        let response = try await client.send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 10)
        #expect(response.body == [0, 1, 2])
        #expect(response.headers["X-Proxy"] == nil)
        #expect(try proxy.seenHeads().first?.hasPrefix("CONNECT inside.example:\(peer.port) ") == true)
        let refused = await failure(client, "https://forbidden.example/")
        #expect(refused?.code == .connectionFailed)
        #expect(refused?.message.contains("403") == true)
    }

    @Test func exceptionsAreConnectedToDirectly() async throws {
        let proxy = try Peer(["proxy"]), peer = try Peer.shared.get()
        let client = try client(proxy, exceptions: ["localhost", "127.0.0.1"])
        #expect(try await client.send(peer.get("size/3"), maximumBodyBytes: 10).status == 200)
        #expect(try proxy.seenHeads().isEmpty)
    }
}
