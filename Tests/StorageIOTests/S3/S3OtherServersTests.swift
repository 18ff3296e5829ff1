import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// Quirks of servers that speak S3's protocol.
@Suite struct S3OtherServersTests {
    @Test(
        arguments: [
            ("2013-05-24T00:00:00.000Z", 1_369_353_600), ("2013-05-24T00:00:00+00:00", 1_369_353_600),
            ("2013-05-24T03:30:00.123456+03:30", 1_369_353_600), ("2013-05-23T19:00:00-0500", 1_369_353_600),
            ("2013-05-24t00:00:00z", 1_369_353_600), ("2013-05-24 02:00:00+02", 1_369_353_600),
            ("2013-05-24T00:00:00", nil), ("2013-05-24T00:00:00+", nil), ("2013-05-24T00:00:00Zx", nil),
            ("2013-05-24T25:00:00Z", nil), ("2013-05-24", nil), ("-013-05-24T00:00:00Z", nil),
            ("+2013-05-24T00:00:00Z", nil),
        ] as [(String, Int64?)])
    func times(_ text: String, _ seconds: Int64?) {
        #expect(UTCTime(iso8601: text)?.seconds == seconds)
    }

    @Test func listingsWithOffsets() async throws {
        let http = ScriptedHTTP([
            .text(
                200,
                """
                <ListBucketResult><Contents><Key>a</Key><Size>1</Size><LastModified>2013-05-24T02:00:00+02:00</LastModified>
                </Contents></ListBucketResult>
                """)
        ])
        var found: [ObjectMetadata] = []
        for try await object in try S3ObjectStore.scripted(http).list(prefix: "") { found.append(object) }
        #expect(found.map(\.modified) == [Date(timeIntervalSince1970: 1_369_353_600)])
    }

    /// moto, for example, returns the tag of a part for that of the object; others do not know part numbers.
    @Test(arguments: [412, 400, 404, 416, 501])
    func serversThatDoNotKnowParts(_ status: Int) async throws {
        let bytes = [UInt8](repeating: 7, count: 9 << 20), tag = String(repeating: "a", count: 32) + "-2"
        let head: TransportHeaders = [
            "Content-Length": String(bytes.count), "ETag": "\"\(tag)\"",
            "Last-Modified": "Fri, 24 May 2013 00:00:00 GMT",
        ]
        let isReplaced = Lock(false)
        let http = ScriptedHTTP { request, _ in
            if request.query["partNumber"] != nil { return .text(status) }
            if let expected = request.headers["If-Match"], isReplaced.withLock({ $0 }) || expected != "\"\(tag)\"" {
                return .text(412)
            }
            if request.method == "HEAD" { return TransportResponse(status: 200, headers: head, body: []) }
            guard let range = request.byteRange else {
                return TransportResponse(status: 200, headers: head, body: bytes)
            }
            let part = Array(bytes[range])
            return TransportResponse(
                status: 206,
                headers: [
                    "Content-Length": String(part.count), "ETag": "\"\(tag)\"",
                    "Content-Range": "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)",
                ], body: part)
        }
        let store = try S3ObjectStore.scripted(http), key = try ObjectKey("big/odd")
        let object = try await store.head(key)
        #expect(try await store.checksum(of: object) == nil)
        let folder = try TemporaryFolder()
        let local = try LocalObjectStore(folder: folder.path("to"))
        try await ObjectCopy(object, of: store, to: key, of: local).run()
        #expect(try await local.read(key) == bytes)
        // Real replacements are reported.
        isReplaced.withLock { $0 = true }
        let error = await #expect(throws: ObjectStoreError.self) { try await store.checksum(of: object) }
        #expect(error?.code == .modified)
    }

    // MARK: Redirects

    /// The region is only in the host name; nothing was configured.
    @Test(arguments: [
        TransportResponse.refusal(
            301, "PermanentRedirect", extra: "<Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint>"),
        TransportResponse.refusal(
            307, "TemporaryRedirect", extra: "<Endpoint>bucket.s3-eu-west-1.amazonaws.com</Endpoint>"),
        TransportResponse.text(307, "", ["Location": "https://bucket.s3.dualstack.eu-west-1.amazonaws.com/a"]),
        TransportResponse.text(301, "", ["x-amz-bucket-region": "eu-west-1"]),
    ])
    func regionsAreFound(_ response: TransportResponse) async throws {
        let http = ScriptedHTTP { request, number in
            number == 1 ? response : .text(200, "x", ["Content-Length": "1"])
        }
        let store = try S3ObjectStore.scripted(http, endpoint: nil)
        #expect(try await store.read(ObjectKey("a")) == [UInt8(ascii: "x")])
        #expect(
            http.lines == [
                "GET https://bucket.s3.us-east-1.amazonaws.com/a", "GET https://bucket.s3.eu-west-1.amazonaws.com/a",
            ])
        #expect(http.requests[1].headers["Authorization"]?.contains("/eu-west-1/s3/aws4_request") == true)
        _ = try await store.read(ObjectKey("b"))
        #expect(http.requests.count == 3)
    }

    /// Another host has the object: the request is signed again for it, body included.
    @Test func otherHostsAreFollowed() async throws {
        let http = ScriptedHTTP { request, _ in
            request.url.hasPrefix("http://s3.test:9000/")
                ? .text(307, "", ["Location": "http://other.test:9001/bucket/a%20b?x=y"]) : .text(200)
        }
        let store = try S3ObjectStore.scripted(http)
        try await store.put(Array("content".utf8), to: ObjectKey("a b"))
        #expect(http.lines == ["PUT http://s3.test:9000/bucket/a%20b", "PUT http://other.test:9001/bucket/a%20b"])
        #expect(http.requests.map(\.bytes) == Array(repeating: Array("content".utf8), count: 2))
        let signatures = http.requests.compactMap { $0.headers["Authorization"] }
        #expect(Set(signatures).count == 2)
    }

    @Test(arguments: [
        "ftp://other.test/a", "http://user:hidden@other.test/a", "nonsense", "http://s3.test:9000/bucket/a",
    ])
    func redirectsThatLeadNowhereAreErrors(_ location: String) async throws {
        let http = ScriptedHTTP([.text(307, "", ["Location": location])])
        let error = await #expect(throws: ObjectStoreError.self) {
            try await S3ObjectStore.scripted(http).read(ObjectKey("a"))
        }
        #expect(error?.description.contains("hidden") == false && http.requests.count == 1)
        let encrypted = ScriptedHTTP([.text(307, "", ["Location": "http://other.test/bucket/a"])])
        await #expect(throws: ObjectStoreError.self) {
            try await S3ObjectStore.scripted(encrypted, endpoint: "https://s3.test").read(ObjectKey("a"))
        }
        #expect(encrypted.requests.count == 1)
    }

    // MARK: Attributes

    /// A copy from bucket to bucket keeps the attributes of its source, in one request and in parts, through this
    /// machine and on the server.
    @Test(.needs(.s3, .python), arguments: [1000, 11 << 20])
    func attributesAreCopied(size: Int) async throws {
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        let other = try S3TestServer.store(bucket: S3TestServer.newBucket()) { $0.partSize = 5 << 20 }
        let key = try ObjectKey("attributes/\(size).csv"), parts = try ObjectKey("attributes/\(size)-parts")
        try S3TestServer.python(
            """
            client.put_object(Bucket=argv[0], Key=argv[1], Body=b"x" * int(argv[2]), ContentType="text/csv; charset=utf-8",
                ContentEncoding="gzip", ContentLanguage="ru", ContentDisposition="attachment", CacheControl="max-age=60",
                Metadata={"owner": "risk", "a-b": "c d"}, Tagging="team=fraud%20%26%20co&level=2")
            """, [store.bucket, key.path, String(size)])
        let object = try await store.head(key)
        try await ObjectCopy(object, of: store, to: key, of: other).run()
        try await store.copyInParts(object, to: parts, partSize: 5 << 20)
        let description = """
            def show(bucket, key):
                h = client.head_object(Bucket=bucket, Key=key)
                tags = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
                names = ["ContentType", "ContentEncoding", "ContentLanguage", "ContentDisposition", "CacheControl"]
                meta = {k: v for k, v in h["Metadata"].items() if not k.startswith("antifraud")}
                return [[h.get(n) for n in names], sorted(meta.items()), sorted((t["Key"], t["Value"]) for t in tags)]
            print(json.dumps([show(argv[i], argv[i + 1]) for i in (0, 2, 4)]), end="")
            """
        let text = try S3TestServer.python(
            description, [store.bucket, key.path, other.bucket, key.path, store.bucket, parts.path])
        let shown = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [NSArray])
        #expect(shown[1] == shown[0] && shown[2] == shown[0], "\(text)")
        #expect(text.contains("\"risk\"") && text.contains("fraud & co") && text.contains("gzip"), "\(text)")
    }

    /// Objects are copied even if a server has no tags or refuses to return them.
    @Test(arguments: [
        TransportResponse.refusal(404, "NoSuchTagSet"), .refusal(403, "AccessDenied"), .refusal(501, "NotImplemented"),
    ])
    func tagsThatCannotBeRead(_ response: TransportResponse) async throws {
        let http = ScriptedHTTP { request, _ in
            if request.query["tagging"] != nil { return response }
            return .text(
                200, "", ["Content-Length": "1", "x-amz-meta-Owner": "risk", "Content-Encoding": "aws-chunked,gzip"])
        }
        let object = ObjectMetadata(key: try ObjectKey("a"), size: 1, modified: Date(), entityTag: "t")
        let attributes = try await S3ObjectStore.scripted(http).attributes(of: object)
        #expect(attributes.metadata == ["owner": "risk"] && attributes.contentEncoding == "gzip")
        #expect(attributes.tags == [:])
    }
}
