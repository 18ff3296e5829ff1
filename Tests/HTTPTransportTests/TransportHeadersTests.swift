import HTTPTransport
import Testing

@Suite struct TransportHeadersTests {
    @Test func namesAreComparedWithoutCase() {
        var headers: TransportHeaders = ["Content-Type": "text/plain"]
        #expect(headers["content-type"] == "text/plain")
        headers["CONTENT-TYPE"] = "text/html"
        #expect(headers.fields == [TransportHeaders.Field(name: "CONTENT-TYPE", value: "text/html")])
        headers["content-type"] = nil
        #expect(headers.fields.isEmpty)
    }

    @Test func repeatedFieldsKeepTheirOrder() {
        var headers = TransportHeaders()
        headers.add("A", "1")
        headers.add("B", "2")
        headers.add("a", "3")
        #expect(headers.values("A") == ["1", "3"])
        headers["A"] = "4"
        #expect(headers.fields.map(\.value) == ["4", "2"])
    }

    @Test(arguments: [
        ("https://user:secret@host/path?X-Amz-Signature=abc#x", "https://host/path"),
        // A password may hold a slash: who is user and what is host cannot be told.
        ("http://host:80/a@b?delegation=abc", "http://…"), ("http://host:80/ab?delegation=abc", "http://host:80/ab"),
        ("nonsense", "nonsense"),
    ])
    func urlsInErrorsHoldNoSecrets(url: String, shown: String) {
        #expect(HTTPTransportError(.timedOut, method: "GET", url: url, message: "").url == shown)
    }
}
