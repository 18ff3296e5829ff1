import HTTPTransport

/// Counts the lines of a table on a server while they come, and leaves the number beside it.
func countLines(of url: String, client: HTTPClient) async throws -> Int {
    let download = try await client.stream(HTTPRequest(method: "GET", url: url))
    guard download.status == 200 else { return 0 }
    var lines = 0
    for try await piece in download.body { lines += piece.count { $0 == UInt8(ascii: "\n") } }

    let note = HTTPRequest(
        method: "PUT", url: url + ".lines", headers: ["Content-Type": "text/plain"],
        body: .bytes(Array("\(lines)".utf8)))
    let answer = try await client.send(note, maximumBodyBytes: 64 << 10)
    return answer.status < 300 ? lines : 0
}
