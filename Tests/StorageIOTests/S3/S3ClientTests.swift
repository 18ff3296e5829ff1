import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Requests as the server sees them, and the results of its responses.
@Suite struct S3ClientTests {
    private static let headResponse: TransportResponse = .text(
        200, "", ["Content-Length": "5", "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT", "ETag": "\"abc\""])

    @Test(arguments: [
        ("bucket", "http://s3.test:9000", "http://s3.test:9000/bucket/a%20b"),
        ("bucket", "https://s3.test:443/base/", "https://s3.test/base/bucket/a%20b"),
        ("bucket", "https://storage.yandexcloud.net", "https://bucket.storage.yandexcloud.net/a%20b"),
        ("dotted.bucket", "https://storage.yandexcloud.net", "https://storage.yandexcloud.net/dotted.bucket/a%20b"),
        ("bucket", "", "https://bucket.s3.eu-west-1.amazonaws.com/a%20b"),
        ("dotted.bucket", "", "https://s3.eu-west-1.amazonaws.com/dotted.bucket/a%20b"),
        ("Old_Bucket", "", "https://s3.eu-west-1.amazonaws.com/Old_Bucket/a%20b"),
    ])
    func addresses(bucket: String, endpoint: String, url: String) async throws {
        let http = ScriptedHTTP([.text(200, "x")])
        let store = try S3ObjectStore.scripted(http, bucket: bucket, endpoint: endpoint.isEmpty ? nil : endpoint) {
            $0.region = "eu-west-1"
        }
        _ = try await store.read(ObjectKey("a b"))
        #expect(http.lines == ["GET \(url)"])
    }

    @Test func addressingIsSettable() async throws {
        let http = ScriptedHTTP([.text(200, "x")])
        let virtual = try S3ObjectStore.scripted(http) { $0.addressing = .virtualHost }
        _ = try await virtual.read(ObjectKey("a"))
        let path = try S3ObjectStore.scripted(http, endpoint: nil) {
            $0.addressing = .path
            $0.region = "cn-north-1"
        }
        _ = try await path.read(ObjectKey("a"))
        #expect(
            http.lines == ["GET http://bucket.s3.test:9000/a", "GET https://s3.cn-north-1.amazonaws.com.cn/bucket/a"])
    }

    @Test(arguments: ["ab", "bad/bucket", "buc ket", "bücket"])
    func impossibleBuckets(name: String) {
        let error = #expect(throws: ObjectStoreError.self) {
            try S3ObjectStore.scripted(ScriptedHTTP([]), bucket: name)
        }
        #expect(error?.code == .invalidURL)
    }

    @Test(arguments: ["ftp://host", "host", "http://", "http://user:secret@host", "http://host?x=1"])
    func impossibleEndpoints(endpoint: String) {
        let error = #expect(throws: ObjectStoreError.self) {
            try S3ObjectStore.scripted(ScriptedHTTP([]), endpoint: endpoint)
        }
        #expect(error?.code == .invalidURL)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func payloadsAreSignedOverPlainHTTPOnly() async throws {
        for (endpoint, signing, isSigned) in [
            ("http://s3.test", .automatic, true), ("https://s3.test", .automatic, false),
            ("https://s3.test", .always, true),
            ("http://s3.test", .never, false),
        ] as [(String, S3Configuration.PayloadSigning, Bool)] {
            let http = ScriptedHTTP([.text(200)])
            let store = try S3ObjectStore.scripted(http, endpoint: endpoint) { $0.payloadSigning = signing }
            try await store.put([1, 2, 3], to: ObjectKey("a"))
            let hash = http.requests[0].headers["x-amz-content-sha256"]
            #expect(hash == (isSigned ? Digest.sha256([1, 2, 3]) : "UNSIGNED-PAYLOAD"))
            #expect(http.requests[0].headers["Content-MD5"] == "Uonfc331cyb83SJZevsfrA==")
        }
    }

    @Test func unsignedRequestsCarryNoSignature() async throws {
        let http = ScriptedHTTP([.text(200, "x")])
        let store = try S3ObjectStore.scripted(http) { $0.credentials = nil }
        _ = try await store.read(ObjectKey("a"))
        #expect(http.requests[0].headers["Authorization"] == nil)
        await #expect(throws: ObjectStoreError.self) {
            try await store.presignedReadURL(ObjectKey("a"), expires: .seconds(1))
        }
    }

    @Test func encryptionHeaders() async throws {
        let http = ScriptedHTTP([.text(200)])
        try await S3ObjectStore.scripted(http) {
            $0.encryption = .aes256
            $0.storageClass = "COLD"
        }.put([1], to: ObjectKey("a"))
        try await S3ObjectStore.scripted(http) { $0.encryption = .kms(keyID: "key") }.put([1], to: ObjectKey("a"))
        let key = try #require(S3Configuration.CustomerKey([UInt8](repeating: 1, count: 32)))
        let customer = try S3ObjectStore.scripted(http, endpoint: "https://s3.test") {
            $0.encryption = .customerKey(key)
        }
        try await customer.put([1], to: ObjectKey("a"))
        _ = try await customer.read(ObjectKey("a"))
        let sent = http.requests.map(\.headers)
        #expect(sent[0]["x-amz-server-side-encryption"] == "AES256")
        #expect(sent[0]["x-amz-storage-class"] == "COLD")
        #expect(sent[1]["x-amz-server-side-encryption"] == "aws:kms")
        #expect(sent[1]["x-amz-server-side-encryption-aws-kms-key-id"] == "key")
        for headers in sent[2...] {
            #expect(headers["x-amz-server-side-encryption-customer-algorithm"] == "AES256")
            #expect(
                headers["x-amz-server-side-encryption-customer-key"] == "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
            #expect(headers["x-amz-server-side-encryption-customer-key-MD5"]?.isEmpty == false)
        }
        let error = #expect(throws: ObjectStoreError.self) {
            try S3ObjectStore.scripted(http, endpoint: "http://s3.test") { $0.encryption = .customerKey(key) }
        }
        #expect(error?.message.contains("TLS") == true)
    }

    @Test func transientFailuresAreRetried() async throws {
        let key = try ObjectKey("a")
        let failures: [TransportResponse] = [
            .text(500), .text(502), .text(503), .text(504), .text(429), .refusal(503, "SlowDown"),
            .refusal(400, "RequestTimeout"),
            .refusal(500, "InternalError"), .text(200, "short", ["Content-Length": "6"]),
        ]
        for failure in failures {
            let http = ScriptedHTTP([failure, failure, .text(200, "there")])
            #expect(try await S3ObjectStore.scripted(http).read(key) == Array("there".utf8))
            #expect(http.requests.count == 3)
        }
        let dead = ScriptedHTTP { request, number in
            guard number > 2 else {
                throw HTTPTransportError(.connectionLost, method: request.method, url: request.url, message: "reset")
            }
            return .text(200, "there")
        }
        #expect(try await S3ObjectStore.scripted(dead).read(key) == Array("there".utf8))

        let busy = ScriptedHTTP([.refusal(503, "SlowDown", message: "reduce your rate", ["x-amz-request-id": "R1"])])
        let error = await #expect(throws: ObjectStoreError.self) { try await S3ObjectStore.scripted(busy).read(key) }
        #expect(busy.requests.count == 4)
        #expect(error?.code == .unavailable)
        #expect(error?.location == "s3://bucket/a")
        for word in [
            "GET http://s3.test:9000/bucket/a", "503 SlowDown: reduce your rate", "request R1", "4 attempts in",
        ] {
            #expect(error?.message.contains(word) == true, "\(String(describing: error))")
        }
    }

    @Test func retryAfterIsHonoured() async throws {
        let http = ScriptedHTTP([.text(503, "", ["Retry-After": "1"]), .text(200, "x")])
        let start = ContinuousClock.now
        _ = try await S3ObjectStore.scripted(http).read(ObjectKey("a"))
        #expect(.now - start >= .seconds(1))
        let dated = ScriptedHTTP([
            .text(
                503, "",
                ["Retry-After": "Fri, 24 May 2013 00:10:00 GMT", "Date": "Fri, 24 May 2013 00:00:00 GMT"])
        ])
        // Ten minutes are more than the policy allows.
        await #expect(throws: ObjectStoreError.self) { try await S3ObjectStore.scripted(dated).read(ObjectKey("a")) }
        #expect(dated.requests.count == 1)
    }

    @Test(arguments: [
        (404, "NoSuchKey", ObjectStoreError.Code.notFound), (404, "NoSuchBucket", .notFound), (404, "", .notFound),
        (403, "AccessDenied", .permissionDenied), (403, "InvalidAccessKeyId", .permissionDenied),
        (403, "SignatureDoesNotMatch", .permissionDenied), (400, "ExpiredToken", .permissionDenied),
        (403, "", .permissionDenied),
        (403, "QuotaExceeded", .noSpace), (507, "XMinioStorageFull", .noSpace), (400, "KeyTooLongError", .invalidKey),
        (400, "InvalidRequest", .unavailable), (405, "MethodNotAllowed", .unavailable),
    ])
    func refusalsAreMapped(status: Int, code: String, expected: ObjectStoreError.Code) async throws {
        let http = ScriptedHTTP([code.isEmpty ? .text(status) : .refusal(status, code, message: "words")])
        let error = await #expect(throws: ObjectStoreError.self) {
            try await S3ObjectStore.scripted(http).read(ObjectKey("a"))
        }
        #expect(error?.code == expected)
        #expect(error?.message.contains("\(status)\(code.isEmpty ? "" : " \(code): words")") == true)
        // Expired credentials are requested once more.
        #expect(http.requests.count == (code == "ExpiredToken" ? 2 : 1))
    }

    @Test func followsTheBucketToItsRegionOnce() async throws {
        let key = try ObjectKey("a")
        for response in [
            TransportResponse.text(301, "", ["x-amz-bucket-region": "eu-west-1"]),
            .refusal(400, "AuthorizationHeaderMalformed", extra: "<Region>eu-west-1</Region>"),
        ] {
            let http = ScriptedHTTP([response, Self.headResponse])
            let store = try S3ObjectStore.scripted(http, endpoint: nil)
            _ = try await store.head(key)
            _ = try await store.head(key)
            #expect(
                http.lines == ["HEAD https://bucket.s3.us-east-1.amazonaws.com/a"]
                    + [String](repeating: "HEAD https://bucket.s3.eu-west-1.amazonaws.com/a", count: 2))
            #expect(http.requests[1].headers["Authorization"]?.contains("/eu-west-1/s3/") == true)
        }
        let wandering = ScriptedHTTP { _, number in .text(301, "", ["x-amz-bucket-region": "region-\(number)"]) }
        let store = try S3ObjectStore.scripted(wandering)
        await #expect(throws: ObjectStoreError.self) { try await store.head(key) }
        #expect(wandering.requests.count == 2)
    }

    @Test func learnsTheServersClock() async throws {
        let key = try ObjectKey("a")
        let late: TransportHeaders = ["Date": "Fri, 24 May 2013 02:00:00 GMT"]
        for response in [TransportResponse.refusal(403, "RequestTimeTooSkewed", late), .text(403, "", late)] {
            let http = ScriptedHTTP([response, Self.headResponse])
            let store = try S3ObjectStore.scripted(http)
            _ = try await store.head(key)
            _ = try await store.head(key)
            #expect(
                http.requests.map { $0.headers["x-amz-date"] } == [
                    "20130524T000000Z", "20130524T020000Z", "20130524T020000Z",
                ])
        }
        let near = ScriptedHTTP([.text(403, "", ["Date": "Fri, 24 May 2013 00:01:00 GMT"])])
        await #expect(throws: ObjectStoreError.self) { try await S3ObjectStore.scripted(near).head(key) }
        #expect(near.requests.count == 1)
    }

    @Test func expiredCredentialsAreReplaced() async throws {
        final class Provider: CredentialProvider {
            let number = Lock(1)
            func credentials() async throws -> AWSCredentials? {
                AWSCredentials(accessKeyID: "key-\(number.withLock { $0 })", secretAccessKey: "s")
            }
            func forget(_ credentials: AWSCredentials) async { number.withLock { $0 += 1 } }
        }
        let http = ScriptedHTTP([.refusal(400, "ExpiredToken"), .text(200, "x")])
        let store = try S3ObjectStore.scripted(http) { $0.credentials = Provider() }
        _ = try await store.read(ObjectKey("a"))
        #expect(http.requests.last?.headers["Authorization"]?.contains("key-2/") == true)
    }

    @Test func missingCredentialsAreReported() async throws {
        let store = try S3ObjectStore.scripted(ScriptedHTTP([])) { $0.credentials = CredentialProviderChain([]) }
        let error = await #expect(throws: ObjectStoreError.self) { try await store.head(ObjectKey("a")) }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message.contains("no source has credentials") == true)
    }

    @Test func rangesAtTheEnd() async throws {
        let http = ScriptedHTTP { request, _ in
            request.method == "HEAD" ? Self.headResponse : .refusal(416, "InvalidRange")
        }
        let store = try S3ObjectStore.scripted(http)
        let key = try ObjectKey("a")
        #expect(try await store.read(key, range: 5..<9) == [])
        let error = await #expect(throws: ObjectStoreError.self) { try await store.read(key, range: 6..<9) }
        #expect(error?.code == .invalidRange)
        #expect(http.requests.map { $0.headers["Range"] } == ["bytes=5-8", nil, "bytes=6-8", nil])
        let wholeOnly = try S3ObjectStore.scripted(ScriptedHTTP([.text(200, "0123456789")]))
        #expect(try await wholeOnly.read(key, range: 3..<5) == Array("34".utf8))
    }

    @Test func checksumsOfEntityTags() async throws {
        func checksum(_ tag: String?, size: Int64, _ headers: TransportHeaders) async throws -> StoredChecksum? {
            let http = ScriptedHTTP([.text(206, "", headers)])
            return try await S3ObjectStore.scripted(http).checksum(
                of: ObjectMetadata(key: ObjectKey("a"), size: size, modified: Date(), entityTag: tag))
        }
        let sum = "0123456789abcdef0123456789abcdef"
        #expect(try await checksum(sum, size: 5, [:]) == .md5(sum))
        #expect(try await checksum(sum, size: 5, ["x-amz-server-side-encryption": "AES256"]) == .md5(sum))
        #expect(try await checksum(sum, size: 5, ["x-amz-server-side-encryption": "aws:kms"]) == nil)
        #expect(try await checksum(sum, size: 5, ["x-amz-server-side-encryption-customer-algorithm": "AES256"]) == nil)
        #expect(
            try await checksum(sum + "-3", size: 25, ["Content-Length": "10"]) == .md5OfParts(sum + "-3", partSize: 10))
        #expect(try await checksum(sum + "-3", size: 35, ["Content-Length": "10"]) == nil)
        #expect(try await checksum("other", size: 5, [:]) == nil)
        #expect(try await checksum(nil, size: 5, [:]) == nil)
    }
}
