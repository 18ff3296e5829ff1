import HTTPTransport
import Testing

@Suite struct ResponseHeadParserTests {
    private func parse(_ lines: [String]) -> [ResponseHeadParser.Event] {
        var parser = ResponseHeadParser()
        return lines.map { Array(($0 + "\r\n").utf8).withUnsafeBytes { parser.feed($0) } }
    }

    @Test func fieldsAreTrimmed() {
        let events = parse(["HTTP/1.1 404 Not Found", "A:1", "B: \t two words \t", "C:", "d: x:y", ""])
        let headers: TransportHeaders = ["A": "1", "B": "two words", "C": "", "d": "x:y"]
        #expect(events.last == .head(TransportResponseHead(status: 404, headers: headers)))
        #expect(events.dropLast().allSatisfy { $0 == .more })
    }

    @Test(arguments: ["HTTP/2 200", "HTTP/1.0 200 ", "HTTP/1.1  200 Very Well"])
    func statusLines(line: String) { #expect(parse([line, ""]).last == .head(TransportResponseHead(status: 200))) }

    @Test func interimHeadsAndTrailersAreLeftOut() {
        let events = parse(["HTTP/1.1 100 Continue", "A: 1", "", "HTTP/1.1 200 OK", "B: 2", "", "Trailer: 3", ""])
        #expect(events[2] == .more)
        #expect(events[5] == .head(TransportResponseHead(status: 200, headers: ["B": "2"])))
        #expect(events[6...].allSatisfy { $0 == .more })
    }

    @Test func endlessHeadsEnd() {
        let line = "X: " + String(repeating: "x", count: 1_000)
        #expect(parse(["HTTP/1.1 200 OK"] + Array(repeating: line, count: 300)).last == .tooLarge)
    }
}
