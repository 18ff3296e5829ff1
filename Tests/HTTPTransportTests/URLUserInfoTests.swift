import HTTPTransport
import TestSupport
import Testing

@Suite struct URLUserInfoTests {
    @Test(arguments: [
        ("http://host/path", "http://host/path", nil, nil),
        ("http://user@host:80/a", "http://host:80/a", "user", nil),
        ("https://us%40er:p%2Fa%3Ass:w@[::1]:5/a?b", "https://[::1]:5/a?b", "us@er", "p/a:ss:w"),
        ("postgresql+psycopg2://u:%C3%A9 |@host", "postgresql+psycopg2://host", "u", "é |"),
        ("host:3128", "host:3128", nil, nil),
    ])
    func partsAreDecoded(_ text: String, _ url: String, _ user: String?, _ password: String?) throws {
        let parts = try #require(URLUserInfo(text))
        #expect(parts.url == url && parts.user == user && parts.password == password)
    }

    /// What is open is refused: no part of it is taken for a host.
    @Test(arguments: [
        "http://user:Win@ter@host", "http://user:Win/ter@host", "http://user:Win?ter@host", "http://user:Win#ter@host",
        "http://user:W%ter@host", "http://user:W%FFter@host", "http://user:W%0Ater@host", "user:Winter@host",
        "http:/user:Winter@host", "http://host/Win@ter", " http://user:Winter@host", "http://user:Win/\u{301}ter@host",
    ])
    func ambiguousTextsAreRefused(_ text: String) {
        #expect(URLUserInfo(text) == nil)
        let shown = HTTPTransportError.withoutSecrets(text)
        #expect(shown == "http://…" || shown == "…")
    }

    @Test func nothingOfAPasswordIsShown() {
        var leaks = SecretLeaks()
        leaks.allow("http://…host/path")
        for password in SecretLeaks.passwords(20_000, seed: 4) {
            for text in ["http://user:\(password)@host/path", "user:\(password)@host", "http:/\(password)@host"] {
                let shown = HTTPTransportError.withoutSecrets(text)
                if let leak = leaks.leak(of: password, in: shown) { Issue.record("\(text): \(shown) has \(leak)") }
            }
        }
    }

    @Test func clientsRefuseSuchURLs() async throws {
        let client = try TransportClient()
        for url in ["http://user:Win@ter@127.0.0.1:1/", "http://user:Win/ter@127.0.0.1:1/", "http://u:W:te@r@h:1"] {
            let error = await #expect(throws: HTTPTransportError.self) {
                try await client.send(TransportRequest(method: "GET", url: url), maximumBodyBytes: 1)
            }
            #expect(error?.code == .invalidURL && error?.description.contains("ter") == false)
        }
        let proxy = TransportClientConfiguration.Proxy(url: "http://user:Win@ter@127.0.0.1:1", password: "hidden")
        #expect(!"\(proxy)".contains("ter") && !"\([proxy])".contains("hidden"))
        var dumped = ""
        dump(TransportClientConfiguration(proxy: proxy), to: &dumped)
        #expect(!dumped.contains("ter@") && !dumped.contains("hidden"))
        let through = try TransportClient(configuration: TransportClientConfiguration(proxy: proxy))
        let error = await #expect(throws: HTTPTransportError.self) {
            try await through.send(TransportRequest(method: "GET", url: "http://127.0.0.1:1/"), maximumBodyBytes: 1)
        }
        #expect(error?.code == .invalidConfiguration && error?.description.contains("ter@") == false)
        await through.shutDown()
        await client.shutDown()
    }
}
