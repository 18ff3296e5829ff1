import Foundation
import HTTPTransport
import Synchronization

/// Answers requests by a closure, and keeps them.
final class ScriptedHTTP: HTTPSending {
    typealias Script = @Sendable (_ request: HTTPRequest, _ number: Int) async throws -> HTTPResponse

    private let script: Script
    private let received = Mutex<[HTTPRequest]>([])

    /// - Parameter script: gets the request and its number, from 1.
    init(_ script: @escaping Script) { self.script = script }

    /// Answers in this order; the last one again and again.
    convenience init(_ answers: [HTTPResponse]) {
        self.init { _, number in answers[min(number, answers.count) - 1] }
    }

    var requests: [HTTPRequest] { received.withLock { $0 } }
    /// Method and URL of each request.
    var lines: [String] { requests.map { "\($0.method) \($0.url)" } }

    /// A field with which the script says that the connection is lost at the body's end.
    static let lostField = "x-test-lost"

    private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = received.withLock {
            $0.append(request)
            return $0.count
        }
        return try await script(request, number)
    }

    func send(_ request: HTTPRequest, maximumBodyBytes: Int) async throws -> HTTPResponse {
        let response = try await answer(request)
        guard response.body.count <= maximumBodyBytes else {
            throw HTTPTransportError(.bodyTooLarge, method: request.method, url: request.url, message: "too large")
        }
        return response
    }

    func stream(_ request: HTTPRequest) async throws -> HTTPStreamedResponse {
        let response = try await answer(request)
        let (pieces, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        for start in stride(from: 0, to: response.body.count, by: 700_000) {
            continuation.yield(Array(response.body[start..<min(start + 700_000, response.body.count)]))
        }
        let isLost = response.headers[Self.lostField] != nil
        continuation.finish(
            throwing: isLost
                ? HTTPTransportError(.connectionLost, method: request.method, url: request.url, message: "lost") : nil)
        return HTTPStreamedResponse(head: response.head, body: pieces)
    }
}

extension HTTPResponse {
    static func text(_ status: Int, _ body: String = "", _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    }

    /// An error as S3 answers it.
    static func refusal(
        _ status: Int, _ code: String, message: String = "", _ headers: HTTPHeaders = [:], extra: String = ""
    ) -> HTTPResponse {
        text(status, "<Error><Code>\(code)</Code><Message>\(message)</Message>\(extra)</Error>", headers)
    }
}

extension HTTPRequest {
    var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }

    /// The body, read to its end if it is a stream.
    func collectedBody() async throws -> [UInt8] {
        guard case .stream(_, let next) = body else { return bytes }
        var collected: [UInt8] = []
        while let piece = try await next() { collected += piece }
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
