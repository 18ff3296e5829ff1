import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Streams, beyond what the conformance suite checks of every store.
@Suite struct StreamingTests {
    private static let content = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }

    private let key: ObjectKey

    init() throws { key = try ObjectKey("a") }

    /// The default implementation keeps to one version.
    @Test func objectsReplacedMidwayAreModified() async throws {
        let store = InMemoryObjectStore(), key = key
        try await store.put(Self.content, to: key)
        var received = 0
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.stream(key) { chunk in
                received += chunk.count
                try await store.put(Self.content, to: key)
            }
        }
        #expect(error?.code == .modified && received == 2 << 20)
    }

    /// A server of one object. The first response is lost after some bytes.
    private static func server(tag: String, lostAfter: Int, honoursRanges: Bool = true) -> ScriptedHTTP {
        ScriptedHTTP { request, number in
            if let expected = request.headers["If-Match"], expected != "\"\(tag)\"" {
                return .refusal(412, "PreconditionFailed")
            }
            let start = request.headers["Range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) } ?? 0
            let isPartial = honoursRanges && request.headers["Range"] != nil
            let end = min(content.count, request.byteRange?.upperBound ?? content.count)
            var body = isPartial ? Array(content[start..<end]) : content
            var headers: TransportHeaders = ["ETag": "\"\(tag)\"", "Content-Length": "\(body.count)"]
            if isPartial { headers["Content-Range"] = "bytes \(start)-\(end - 1)/\(content.count)" }
            if number == 1 {
                body = Array(body.prefix(lostAfter))
                headers[ScriptedHTTP.lostField] = "1"
            }
            return TransportResponse(status: isPartial ? 206 : 200, headers: headers, body: body)
        }
    }

    private func streamed(_ http: ScriptedHTTP, _ range: Range<Int64>? = nil) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await S3ObjectStore.scripted(http).stream(
            key, range: range, matching: nil, to: ChunkReceiver { bytes += $0 })
        return bytes
    }

    /// The rest is requested of the version that the first response had.
    @Test func wholeObjectsContinueWhereTheConnectionWasLost() async throws {
        let http = Self.server(tag: "v", lostAfter: 1_234_567)
        #expect(try await streamed(http) == Self.content)
        #expect(http.requests.map { $0.headers["Range"] } == [nil, "bytes=1234567-"])
        #expect(http.requests.map { $0.headers["If-Match"] } == [nil, "\"v\""])
    }

    @Test func rangesPastTheEndAreTruncated() async throws {
        let http = Self.server(tag: "v", lostAfter: 1_000)
        #expect(try await streamed(http, 4_000_000..<6_000_000) == Array(Self.content[4_000_000...]))
        #expect(http.requests.map { $0.headers["Range"] } == ["bytes=4000000-5999999", "bytes=4001000-5999999"])
    }

    @Test func serversWithoutRanges() async throws {
        let http = Self.server(tag: "v", lostAfter: 2_000_000, honoursRanges: false)
        #expect(try await streamed(http, 1_000_000..<3_000_000) == Array(Self.content[1_000_000..<3_000_000]))
        let error = await #expect(throws: ObjectStoreError.self) {
            try await streamed(Self.server(tag: "v", lostAfter: 0, honoursRanges: false), 5_000_001..<5_000_002)
        }
        #expect(error?.code == .invalidRange)
    }

    @Test func weakTagsAreNotRequired() async throws {
        let lost = Lock(true)
        let http = ScriptedHTTP { request, _ in
            #expect(request.headers["If-Match"] == nil)
            let isLost = lost.withLock { isLost in
                defer { isLost = false }
                return isLost
            }
            return isLost
                ? .text(200, "0123", ["ETag": "W/\"w\"", "Content-Length": "10", ScriptedHTTP.lostField: "1"])
                : .text(206, "456789", ["ETag": "W/\"w\"", "Content-Range": "bytes 4-9/10"])
        }
        #expect(try await streamed(http) == Array("0123456789".utf8))
    }
}
