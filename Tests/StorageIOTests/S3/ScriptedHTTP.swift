import Foundation
import HTTPTransport
import Parallelism

/// Responds to requests by a closure, and records them.
final class ScriptedHTTP: HTTPSending {
    typealias Script = @Sendable (_ request: TransportRequest, _ number: Int) async throws -> TransportResponse

    private let script: Script
    private let received = Lock<[TransportRequest]>([])

    /// - Parameter script: gets the request and its number, from 1.
    init(_ script: @escaping Script) { self.script = script }

    /// Responds in this order, and then repeats the last response.
    convenience init(_ responses: [TransportResponse]) {
        self.init { _, number in responses[min(number, responses.count) - 1] }
    }

    var requests: [TransportRequest] { received.withLock { $0 } }
    /// Method and URL of each request.
    var lines: [String] { requests.map { "\($0.method) \($0.url)" } }

    /// A field with which the script requests that the connection is lost at the body's end.
    static let lostField = "x-test-lost"

    private func response(_ request: TransportRequest) async throws -> TransportResponse {
        let number = received.withLock {
            $0.append(request)
            return $0.count
        }
        return try await script(request, number)
    }

    func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse {
        let response = try await response(request)
        guard response.body.count <= maximumBodyBytes else {
            throw HTTPTransportError(.bodyTooLarge, method: request.method, url: request.url, message: "too large")
        }
        return response
    }

    func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse {
        let response = try await response(request)
        let (chunks, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        for start in stride(from: 0, to: response.body.count, by: 700_000) {
            continuation.yield(Array(response.body[start..<min(start + 700_000, response.body.count)]))
        }
        let isLost = response.headers[Self.lostField] != nil
        continuation.finish(
            throwing: isLost
                ? HTTPTransportError(.connectionLost, method: request.method, url: request.url, message: "lost") : nil)
        return TransportStreamedResponse(head: response.head, body: chunks)
    }
}

extension TransportResponse {
    static func text(_ status: Int, _ body: String = "", _ headers: TransportHeaders = [:]) -> TransportResponse {
        TransportResponse(status: status, headers: headers, body: Array(body.utf8))
    }

    /// An error response of S3.
    static func refusal(
        _ status: Int, _ code: String, message: String = "", _ headers: TransportHeaders = [:], extra: String = ""
    ) -> TransportResponse {
        text(status, "<Error><Code>\(code)</Code><Message>\(message)</Message>\(extra)</Error>", headers)
    }
}

extension TransportRequest {
    var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }

    /// The body, read to its end if it is a stream.
    func collectedBody() async throws -> [UInt8] {
        guard case .stream(_, let next) = body else { return bytes }
        var collected: [UInt8] = []
        while let chunk = try await next() { collected += chunk }
        return collected
    }

    /// The bounds of `Range: bytes=0-99`.
    var byteRange: Range<Int>? {
        let numbers = headers["Range"]?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } ?? []
        return numbers.count == 2 ? numbers[0]..<numbers[1] + 1 : nil
    }

    /// The query's decoded parameters.
    var query: [String: String] {
        let items = URLComponents(string: url)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { _, last in last }
    }

    /// The decoded path.
    var path: String { URLComponents(string: url)?.path ?? "" }
}
