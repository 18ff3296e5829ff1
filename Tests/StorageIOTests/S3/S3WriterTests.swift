import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Writing to a scripted server.
@Suite struct S3WriterTests {
    private static let mebibyte = 1 << 20

    /// Handles multipart uploads, unless `fault` responds instead.
    private final class Uploads: Sendable {
        typealias Fault = @Sendable (_ request: TransportRequest, _ number: Int) throws -> TransportResponse?

        struct State {
            var parts: [Int: [UInt8]] = [:]
            var writer: String?
            var completed = false
            var inFlight = 0
            var maximumInFlight = 0
        }

        let state = Lock(State())
        let fault: Fault
        private let gathered: Int

        /// - Parameter gathered: Parts get a response when so many have been in flight at the same time, or after a
        ///   while.
        init(gathered: Int = 1, fault: @escaping Fault = { _, _ in nil }) {
            self.gathered = gathered
            self.fault = fault
        }

        func response(_ request: TransportRequest, _ number: Int) async throws -> TransportResponse {
            let query = request.query
            if let part = query["partNumber"].flatMap({ Int($0) }) {
                state.withLock {
                    $0.inFlight += 1
                    $0.maximumInFlight = max($0.maximumInFlight, $0.inFlight)
                }
                defer { state.withLock { $0.inFlight -= 1 } }
                for _ in 0..<2_000 where state.withLock({ $0.maximumInFlight < gathered }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                if let fault = try fault(request, number) { return fault }
                state.withLock { $0.parts[part] = request.bytes }
                return .text(200, "", ["ETag": "\"\(Digest.md5(request.bytes))\""])
            }
            if request.method == "HEAD" {
                return state.withLock { state in
                    var response = TransportResponse.text(state.completed ? 200 : 404)
                    if state.completed { response.head.headers["x-amz-meta-antifraud-writer"] = state.writer }
                    return response
                }
            }
            if query["uploads"] != nil {
                state.withLock { $0.writer = request.headers["x-amz-meta-antifraud-writer"] }
                if let fault = try fault(request, number) { return fault }
                return .text(200, "<R><UploadId>u&amp;1</UploadId></R>")
            }
            if request.method == "POST" {
                do {
                    if let fault = try fault(request, number) { return fault }
                } catch {
                    // The work is done, but the response is lost.
                    state.withLock { $0.completed = true }
                    throw error
                }
                state.withLock { $0.completed = true }
                return .text(200, "<R><ETag>x</ETag></R>")
            }
            if let fault = try fault(request, number) { return fault }
            return .text(204)
        }

        var content: [UInt8] {
            state.withLock { $0.parts.sorted { $0.key < $1.key } }.reduce(into: []) { $0 += $1.value }
        }
    }

    private func upload(
        _ uploads: Uploads, chunks: [Int] = [Int](repeating: 3 << 20, count: 8), options: WriteOptions = WriteOptions(),
        _ change: (inout S3Configuration) -> Void = { $0.partSize = 5 << 20 }
    ) async throws -> ScriptedHTTP {
        let http = ScriptedHTTP { try await uploads.response($0, $1) }
        let store = try S3ObjectStore.scripted(http, change)
        let writer = try await store.write(ObjectKey("a"), options: options)
        for (index, size) in chunks.enumerated() {
            try await writer.write([UInt8](repeating: UInt8(index & 255), count: size))
        }
        try await writer.finish()
        return http
    }

    private func isAbort(_ line: String) -> Bool { line.hasPrefix("DELETE") && line.contains("uploadId=u%261") }

    @Test func smallObjectsTakeOneRequest() async throws {
        for chunks in [[], [1], [5 << 20], [3 << 20, 2 << 20]] {
            let http = try await upload(Uploads(), chunks: chunks)
            #expect(http.lines == ["PUT http://s3.test:9000/bucket/a"])
            #expect(http.requests[0].bytes.count == chunks.reduce(0, +))
        }
    }

    @Test func partsHoldWhatWasWritten() async throws {
        let uploads = Uploads()
        let chunks = [1, 9 << 20, 0, 5 << 20, 3_000_000, 7]
        let http = try await upload(uploads, chunks: chunks)
        var expected: [UInt8] = []
        for (index, size) in chunks.enumerated() { expected += [UInt8](repeating: UInt8(index), count: size) }
        #expect(Digest.sha256(uploads.content) == Digest.sha256(expected))
        let sizes = uploads.state.withLock { $0.parts.sorted { $0.key < $1.key }.map(\.value.count) }
        #expect(sizes.dropLast().allSatisfy { $0 == 5 << 20 })
        let last = try #require(http.requests.last)
        #expect(last.method == "POST" && last.query["uploadId"] == "u&1")
        let list = try XMLTree.parse(last.bytes)
        #expect(list.all("Part").map { $0["PartNumber"]?.text } == (1...sizes.count).map { "\($0)" })
        #expect(list.all("Part")[0]["ETag"]?.text == "\"\(Digest.md5(Array(expected.prefix(5 << 20))))\"")
        #expect(!http.lines.contains(where: isAbort))
    }

    @Test func partsInFlightAreLimited() async throws {
        for limit in [1, 3] {
            let uploads = Uploads(gathered: limit)
            _ = try await upload(uploads, chunks: [Int](repeating: 5 << 20, count: 9)) {
                $0.partSize = 5 << 20
                $0.concurrentParts = limit
            }
            #expect(uploads.state.withLock { $0.maximumInFlight } == limit)
        }
    }

    @Test func partsAreSentAndSignedAgain() async throws {
        let attempts = Lock<[String: Int]>([:])
        let uploads = Uploads { request, _ in
            guard let part = request.query["partNumber"] else { return nil }
            return attempts.withLock {
                $0[part, default: 0] += 1
                switch $0[part] {
                case 1: return .text(503)
                case 2: return .text(200, "", ["ETag": "\"\(Digest.md5([]))\""])
                default: return nil
                }
            }
        }
        _ = try await upload(uploads)
        #expect(uploads.content.count == 24 << 20)
    }

    @Test func failuresAbort() async throws {
        let uploads = Uploads { request, _ in request.query["partNumber"] == "2" ? .refusal(403, "AccessDenied") : nil }
        let http = ScriptedHTTP { try await uploads.response($0, $1) }
        let store = try S3ObjectStore.scripted(http) { $0.partSize = 5 << 20 }
        let writer = try await store.write(ObjectKey("a"))
        let error = await #expect(throws: ObjectStoreError.self) {
            for _ in 0..<20 { try await writer.write([UInt8](repeating: 1, count: 5 << 20)) }
            try await writer.finish()
        }
        #expect(error?.code == .permissionDenied)
        #expect(http.lines.filter(isAbort).count == 1)
        #expect(http.lines.last.map(isAbort) == true)
        await writer.abort()
        #expect(http.lines.filter(isAbort).count == 1)
        let later = await #expect(throws: ObjectStoreError.self) { try await writer.finish() }
        #expect(later?.code == .unavailable)
    }

    @Test func successesWithErrorsInsideAreErrors() async throws {
        let lasting = Uploads { request, _ in
            request.method == "POST" && request.query["uploads"] == nil ? .refusal(200, "InvalidPart") : nil
        }
        let error = await #expect(throws: ObjectStoreError.self) { _ = try await upload(lasting) }
        #expect(error?.message.contains("200 InvalidPart") == true)
        let passing = Lock(2)
        let transient = Uploads { request, _ in
            guard request.method == "POST", request.query["uploads"] == nil else { return nil }
            return passing.withLock {
                $0 -= 1
                return $0 >= 0 ? .refusal(200, "InternalError") : nil
            }
        }
        let http = try await upload(transient)
        #expect(http.lines.filter { $0.hasPrefix("POST") && $0.contains("uploadId") }.count == 3)
    }

    /// The server creates the object, but its responses are lost.
    @Test func lostResponsesToCompleteAreResolved() async throws {
        let lost = Uploads { request, _ in
            guard request.method == "POST", request.query["uploads"] == nil else { return nil }
            throw HTTPTransportError(.connectionLost, method: "POST", url: request.url, message: "reset")
        }
        let http = try await upload(lost)
        #expect(http.lines.last?.hasPrefix("HEAD") == true)
        #expect(!http.lines.contains(where: isAbort))

        // At the retry the server no longer knows the upload.
        let attempts = Lock(0)
        let forgotten = Uploads { request, _ in
            guard request.method == "POST", request.query["uploads"] == nil else { return nil }
            let number = attempts.withLock {
                $0 += 1
                return $0
            }
            if number > 1 { return .refusal(404, "NoSuchUpload") }
            throw HTTPTransportError(.connectionLost, method: "POST", url: request.url, message: "reset")
        }
        _ = try await upload(forgotten, options: WriteOptions(ifAbsent: false))

        let foreign = Uploads { request, _ in
            guard request.method == "POST", request.query["uploads"] == nil else { return nil }
            throw HTTPTransportError(.connectionLost, method: "POST", url: request.url, message: "reset")
        }
        let http2 = ScriptedHTTP { request, number in
            if request.method == "HEAD" { return .text(200, "", ["x-amz-meta-antifraud-writer": "another"]) }
            return try await foreign.response(request, number)
        }
        let store = try S3ObjectStore.scripted(http2) { $0.partSize = 5 << 20 }
        await #expect(throws: ObjectStoreError.self) {
            try await store.put([UInt8](repeating: 1, count: 6 << 20), to: ObjectKey("a"))
        }
        #expect(http2.lines.filter(isAbort).count == 1)
    }

    @Test func conditionalPutsRecogniseTheirOwnObject() async throws {
        let key = try ObjectKey("a")
        for isOwn in [true, false] {
            let writer = Lock<String?>(nil)
            let http = ScriptedHTTP { request, number in
                if request.method == "HEAD" {
                    var response = TransportResponse.text(200)
                    response.head.headers["x-amz-meta-antifraud-writer"] = isOwn ? writer.withLock { $0 } : "another"
                    return response
                }
                #expect(request.headers["If-None-Match"] == "*")
                writer.withLock { $0 = request.headers["x-amz-meta-antifraud-writer"] }
                if number == 1 {
                    throw HTTPTransportError(.connectionLost, method: "PUT", url: request.url, message: "reset")
                }
                return .refusal(412, "PreconditionFailed")
            }
            let store = try S3ObjectStore.scripted(http)
            if isOwn {
                try await store.put([1], to: key, options: WriteOptions(ifAbsent: true))
            } else {
                let error = await #expect(throws: ObjectStoreError.self) {
                    try await store.put([1], to: key, options: WriteOptions(ifAbsent: true))
                }
                #expect(error?.code == .alreadyExists)
            }
        }
        for response in [
            TransportResponse.refusal(412, "PreconditionFailed"), .refusal(409, "ConditionalRequestConflict"),
        ] {
            let http = ScriptedHTTP { request, _ in request.method == "HEAD" ? .text(404) : response }
            let error = await #expect(throws: ObjectStoreError.self) {
                try await S3ObjectStore.scripted(http).put([1], to: key, options: WriteOptions(ifAbsent: true))
            }
            #expect(error?.code == .alreadyExists)
        }
        let refusing = Uploads { request, _ in
            request.headers["If-None-Match"] == "*" ? .refusal(412, "PreconditionFailed") : nil
        }
        let error = await #expect(throws: ObjectStoreError.self) {
            _ = try await upload(refusing, options: WriteOptions(ifAbsent: true))
        }
        #expect(error?.code == .alreadyExists)
    }

    @Test func replacementsOnConditionRecogniseTheirOwnObject() async throws {
        let key = try ObjectKey("a"), options = WriteOptions(precondition: .ifMatch(entityTag: "t"))
        for isOwn in [true, false] {
            let writer = Lock<String?>(nil)
            let http = ScriptedHTTP { request, number in
                if request.method == "HEAD" {
                    var response = TransportResponse.text(200)
                    response.head.headers["x-amz-meta-antifraud-writer"] = isOwn ? writer.withLock { $0 } : "another"
                    return response
                }
                #expect(request.headers["If-Match"] == "\"t\"" && request.headers["If-None-Match"] == nil)
                writer.withLock { $0 = request.headers["x-amz-meta-antifraud-writer"] }
                if number == 1 {
                    throw HTTPTransportError(.connectionLost, method: "PUT", url: request.url, message: "reset")
                }
                return .refusal(412, "PreconditionFailed")
            }
            let store = try S3ObjectStore.scripted(http)
            if isOwn {
                try await store.put([1], to: key, options: options)
            } else {
                let error = await #expect(throws: ObjectStoreError.self) {
                    try await store.put([1], to: key, options: options)
                }
                #expect(error?.code == .modified)
            }
        }
        for (response, code) in [
            (.refusal(412, "PreconditionFailed"), .modified), (.refusal(409, "ConditionalRequestConflict"), .modified),
            (.refusal(404, "NoSuchKey"), .modified), (.refusal(404, "NoSuchBucket"), .notFound),
            (.refusal(403, "AccessDenied"), .permissionDenied),
        ] as [(TransportResponse, ObjectStoreError.Code)] {
            let http = ScriptedHTTP { request, _ in request.method == "HEAD" ? .text(404) : response }
            let error = await #expect(throws: ObjectStoreError.self) {
                try await S3ObjectStore.scripted(http).put([1], to: key, options: options)
            }
            #expect(error?.code == code, "\(response.status)")
        }
    }

    /// Before any part is sent, and again when the upload is completed.
    @Test func uploadsOnConditionAreComparedTwice() async throws {
        let options = WriteOptions(precondition: .ifMatch(entityTag: "t"))
        let body = [UInt8](repeating: 1, count: 6 << 20), key = try ObjectKey("a")
        func server(tag: String) -> ScriptedHTTP {
            let uploads = Uploads { request, _ in
                request.headers["If-Match"] == "\"t\"" ? .refusal(412, "PreconditionFailed") : nil
            }
            return ScriptedHTTP { request, number in
                guard request.method == "HEAD" else { return try await uploads.response(request, number) }
                return .text(
                    200, "",
                    [
                        "ETag": "\"\(tag)\"", "Content-Length": "1",
                        "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT",
                    ])
            }
        }
        for (http, requests) in [(server(tag: "other"), false), (server(tag: "t"), true)] {
            let store = try S3ObjectStore.scripted(http) { $0.partSize = 5 << 20 }
            let error = await #expect(throws: ObjectStoreError.self) {
                try await store.put(body, to: key, options: options)
            }
            #expect(error?.code == .modified)
            #expect(http.lines.contains { $0.contains("?uploads") } == requests)
        }
    }

    @Test func storedBytesAreCompared() async throws {
        let wrong = TransportResponse.text(200, "", ["ETag": "\"\(Digest.md5([9]))\""])
        let http = ScriptedHTTP([wrong, .text(200, "", ["ETag": "\"\(Digest.md5([1]))\""])])
        try await S3ObjectStore.scripted(http).put([1], to: ObjectKey("a"))
        #expect(http.requests.count == 2)
        let error = await #expect(throws: ObjectStoreError.self) {
            try await S3ObjectStore.scripted(ScriptedHTTP([wrong])).put([1], to: ObjectKey("a"))
        }
        #expect(error?.message.contains(Digest.md5([9])) == true)
        // With keys of a key management service tags are not sums.
        let encrypted = ScriptedHTTP([
            .text(200, "", ["ETag": "\"\(Digest.md5([9]))\"", "x-amz-server-side-encryption": "aws:kms"])
        ])
        try await S3ObjectStore.scripted(encrypted).put([1], to: ObjectKey("a"))
        #expect(encrypted.requests.count == 1)
    }

    @Test func sizesOfPartsReachFiveTebibytes() {
        let unknown = S3PartSizes(partSize: 8 << 20, expectedSize: nil)
        #expect((1...1_000).allSatisfy { unknown.size(ofPart: $0) == 8 << 20 })
        #expect(unknown.size(ofPart: 1_001) == 16 << 20)
        #expect((1...S3PartSizes.maximumParts).reduce(0) { $0 + unknown.size(ofPart: $1) } > 5 << 40)
        for size in [1, 8 << 20, 70 << 30, 100 << 30, 5 << 40] as [Int64] {
            let known = S3PartSizes(partSize: 8 << 20, expectedSize: size)
            let part = known.size(ofPart: 1), parts = Int((size + Int64(part) - 1) / Int64(part))
            #expect(parts <= 9_000)
            #expect(part >= 8 << 20 && part <= 5 << 30)
            #expect((1...parts).allSatisfy { known.size(ofPart: $0) == part })
        }
        #expect(S3PartSizes(partSize: 8 << 20, expectedSize: -1).size(ofPart: 1) == 8 << 20)
    }

    @Test func batchesOfDeletions() async throws {
        let http = ScriptedHTTP { request, number in
            #expect(request.headers["Content-MD5"]?.isEmpty == false)
            return number == 1
                ? .text(200, "<DeleteResult><Error><Key>x</Key><Code>InternalError</Code></Error></DeleteResult>")
                : .text(200, "<DeleteResult><Error><Key>x</Key><Code>NoSuchKey</Code></Error></DeleteResult>")
        }
        let keys = try (0..<2_001).map { try ObjectKey("<&\($0)>\n") }
        try await S3ObjectStore.scripted(http).delete(keys)
        #expect(http.requests.count == 4)
        let sent = try http.requests.dropFirst().flatMap { try XMLTree.parse($0.bytes).all("Object") }
        #expect(sent.map { $0["Key"]?.text } == keys.map(\.path))
        let refusing = ScriptedHTTP([
            .text(200, "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>")
        ])
        let error = await #expect(throws: ObjectStoreError.self) {
            try await S3ObjectStore.scripted(refusing).delete([ObjectKey("k")])
        }
        #expect(error?.code == .permissionDenied)
        #expect(error?.location == "s3://bucket/k")
    }

    @Test func unfinishedUploadsComeInPages() async throws {
        let http = ScriptedHTTP { request, _ in
            if request.method == "DELETE" { return .refusal(404, "NoSuchUpload") }
            let entry =
                "<Upload><Key>p%2F%2B</Key><UploadId>u\(request.query["upload-id-marker"] ?? "")</UploadId>"
                + "<Initiated>2013-05-24T00:00:00Z</Initiated></Upload><EncodingType>url</EncodingType>"
            return request.query["key-marker"] == nil
                ? .text(
                    200,
                    "<R>\(entry)<IsTruncated>true</IsTruncated><NextKeyMarker>p%2F%2B</NextKeyMarker><NextUploadIdMarker>m"
                        + "</NextUploadIdMarker></R>") : .text(200, "<R>\(entry)</R>")
        }
        let store = try S3ObjectStore.scripted(http)
        let found = try await store.unfinishedObjects(prefix: "p/")
        #expect(
            found
                == ["u", "um"].map {
                    UnfinishedObject(
                        location: "s3://bucket/p/+", identifier: $0, started: Date(timeIntervalSince1970: 1_369_353_600)
                    )
                })
        try await store.remove(found)
        #expect(http.lines.last == "DELETE http://s3.test:9000/bucket/p/%2B?uploadId=um")
    }
}
