import Foundation
import HTTPTransport
import StorageIO
import StorageIOTesting
import TestSupport
import Testing

/// Against a real server.
@Suite(.needs(.s3, .python)) struct S3ServerTests {
    /// Reproducible bytes.
    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        return Array(bytes.prefix(count))
    }

    private func expectError(_ code: ObjectStoreError.Code, saying words: [String], _ body: () async throws -> Void)
        async
    {
        let error = await #expect(throws: ObjectStoreError.self) { try await body() }
        #expect(error?.code == code, "\(String(describing: error))")
        for word in words {
            #expect(error?.description.contains(word) == true, "\(word) is missing in \(String(describing: error))")
        }
        #expect(error?.description.contains("Signature=") == false)
    }

    /// SeaweedFS takes a backslash for a slash.
    private static let excludedCharacters: Set<Character> = ["\\"]

    @Test(arguments: ObjectStoreConformance.checkNames)
    func conforms(name: String) async throws {
        try await ObjectStoreConformance(
            store: S3TestServer.store(), excludedCharacters: Self.excludedCharacters
        ).run(name)
    }

    /// The same with listings by folder.
    @Test(arguments: ["list-order", "list-prefix", "list-many", "unusual-keys"])
    func conformsListingByFolders(name: String) async throws {
        let store = try S3TestServer.store { $0.listingOrder = .folders }
        try await ObjectStoreConformance(store: store, excludedCharacters: Self.excludedCharacters).run(name)
    }

    @Test func wrongSecretIsRefused() async throws {
        var credentials = AWSCredentials(try TestServers.s3().admin)
        credentials.secretAccessKey = "not-the-secret"
        let store = try S3TestServer.store(credentials: credentials)
        await expectError(
            .permissionDenied, saying: ["PUT http://", "/a b", "403 SignatureDoesNotMatch", "1 attempt in"]
        ) {
            try await store.put([1], to: ObjectKey("a b"))
        }
        let unknown = try S3TestServer.store(
            credentials: AWSCredentials(accessKeyID: "nobody", secretAccessKey: "x"))
        await expectError(.permissionDenied, saying: ["InvalidAccessKeyId"]) {
            _ = try await unknown.read(ObjectKey("a"))
        }
        await expectError(.permissionDenied, saying: ["HEAD", "403"]) { _ = try await unknown.head(ObjectKey("a")) }
    }

    @Test func readOnlyIdentityOnlyReads() async throws {
        let key = try ObjectKey("read-only/a")
        try await S3TestServer.store().put(Array("text".utf8), to: key)
        let reader = try S3TestServer.store(credentials: AWSCredentials(TestServers.s3().readOnly))
        #expect(try await reader.read(key) == Array("text".utf8))
        await expectError(.permissionDenied, saying: ["AccessDenied"]) { try await reader.put([1], to: key) }
        await expectError(.permissionDenied, saying: ["DELETE"]) { try await reader.delete(key) }
        await expectError(.permissionDenied, saying: ["AccessDenied"]) { try await reader.delete([key]) }
    }

    @Test func unsignedRequestsAreRefused() async throws {
        let store = try S3TestServer.store(isAnonymous: true)
        await expectError(.permissionDenied, saying: ["AccessDenied"]) { _ = try await store.read(ObjectKey("a")) }
    }

    @Test func missingBucketIsNamed() async throws {
        let store = try S3TestServer.store(bucket: "there-is-no-such-bucket")
        await expectError(.notFound, saying: ["NoSuchBucket", "there-is-no-such-bucket"]) {
            _ = try await store.read(ObjectKey("a"))
        }
        await expectError(.notFound, saying: ["NoSuchBucket"]) { for try await _ in store.list(prefix: "") {} }
        await expectError(.notFound, saying: ["404"]) { try await store.put([1], to: ObjectKey("a")) }
    }

    @Test func wrongClockIsCorrected() async throws {
        for skew in [-7_200.0, 100_000.0] {
            let store = try S3TestServer.store(clockSkew: skew)
            let key = try ObjectKey("skew/\(skew)")
            try await store.put(Array("in time".utf8), to: key)
            #expect(try await store.head(key).size == 7)
            let url = try await store.presignedReadURL(key, expires: .seconds(60))
            #expect(try Oracle.curl([url]) == "in time")
        }
    }

    @Test func presignedURLsServeCurl() async throws {
        let store = try S3TestServer.store()
        let key = try ObjectKey("presigned/ü %41+a=b&c.txt")
        let folder = try TemporaryFolder()
        try Data("by curl".utf8).write(to: folder.url.appending(path: "body"))
        let write = try await store.presignedWriteURL(key, expires: .seconds(60))
        try Oracle.curl(["-T", folder.path("body"), write])
        #expect(try await store.read(key) == Array("by curl".utf8))
        let read = try await store.presignedReadURL(key, expires: .seconds(60))
        #expect(try Oracle.curl([read]) == "by curl")
        #expect(try Oracle.curl(["-r", "3-6", read]) == "curl")
        #expect(throws: Oracle.Failure.self) { try Oracle.curl([read + "0"]) }
        #expect(throws: Oracle.Failure.self) { try Oracle.curl(["-T", folder.path("body"), read]) }
    }

    @Test func exchangesUnusualKeysWithBoto3() async throws {
        let store = try S3TestServer.store()
        let names = ["a b", "ünï/żółw 🐢", "100%", "%41%2F", "a+b", "a&b=c", "<x>'\"", "tab\there", "semi;colon:?#"]
        let program = """
            bucket, prefix, *names = argv
            for name in names: client.put_object(Bucket=bucket, Key=prefix + "boto/" + name, Body=name.encode())
            print(json.dumps([client.get_object(Bucket=bucket, Key=prefix + "ours/" + n)["Body"].read().decode() for n in names]))
            """
        for name in names { try await store.put(Array(name.utf8), to: ObjectKey("exchange/ours/\(name)")) }
        let read = try S3TestServer.python(program, [store.bucket, "exchange/"] + names)
        #expect(try JSONDecoder().decode([String].self, from: Data(read.utf8)) == names)
        for name in names {
            #expect(try await store.read(ObjectKey("exchange/boto/\(name)")) == Array(name.utf8))
        }
        var listed: [String] = []
        for try await object in store.list(prefix: "exchange/boto/") { listed.append(object.key.path) }
        #expect(Set(listed) == Set(names.map { "exchange/boto/\($0)" }))
    }

    @Test func uploadsInPartsAsBoto3ReadsThem() async throws {
        let store = try S3TestServer.store()
        let key = try ObjectKey("parts/thirty.bin")
        let bytes = Self.bytes(30_000_000, seed: 5)
        let writer = try await store.write(key)
        var position = 0
        for length in [8 << 20, 1, 5_000_000, 12_345_678, 8 << 20] where position < bytes.count {
            let end = min(bytes.count, position + length)
            try await writer.write(Array(bytes[position..<end]))
            position = end
        }
        try await writer.finish()
        let response = try S3TestServer.python(
            """
            body = client.get_object(Bucket=argv[0], Key=argv[1])["Body"].read()
            parts = [hashlib.md5(body[i:i + (8 << 20)]).digest() for i in range(0, len(body), 8 << 20)]
            print(len(body), hashlib.sha256(body).hexdigest(), hashlib.md5(b"".join(parts)).hexdigest() + "-%d" % len(parts))
            """, [store.bucket, key.path]
        ).split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(response[0] == "30000000")
        #expect(response[1] == Digest.sha256(bytes))
        let object = try await store.head(key)
        #expect(try await store.checksum(of: object) == .md5OfParts(response[2], partSize: 8 << 20))
        #expect(try await store.read(key, range: 8_388_600..<8_388_620) == Array(bytes[8_388_600..<8_388_620]))

        let copied = try ObjectKey("parts/copied.bin")
        try await store.copyInParts(object, to: copied, partSize: 10_000_000)
        #expect(try await Digest.sha256(store.read(copied)) == Digest.sha256(bytes))

        try await store.put(Array("small".utf8), to: key)
        #expect(try await store.checksum(of: store.head(key)) == .md5("eb5c1399a871211c7e7ed732d15e3a8b"))
        await expectError(.modified, saying: ["replaced"]) {
            _ = try await store.read(key, range: 0..<5, matching: object.entityTag)
        }
        await expectError(.modified, saying: ["no longer"]) { try await store.copyInParts(object, to: copied) }
        #expect(try await store.unfinishedObjects(prefix: "parts/") == [])
    }

    @Test func readersOfOneVersionNeverMixTwo() async throws {
        let store = try S3TestServer.store()
        let key = try ObjectKey("versions/a")
        let versions = (0..<6).map { [UInt8](repeating: UInt8($0), count: 100_000 + $0) }
        try await store.put(versions[0], to: key)
        let replacing = Task {
            for round in 1..<60 { try await store.put(versions[round % versions.count], to: key) }
        }
        var refused = 0, read = 0
        for _ in 0..<60 {
            let version = try await store.head(key)
            do {
                var bytes: [UInt8] = []
                for start in stride(from: 0, to: version.size, by: 40_000) {
                    bytes += try await store.read(key, range: start..<start + 40_000, matching: version.entityTag)
                }
                #expect(versions.contains(bytes))
                read += 1
            } catch let error as ObjectStoreError where error.code == .modified {
                refused += 1
            }
        }
        try await replacing.value
        #expect(read + refused == 60)
    }

    @Test func leftoversOfKilledWritersAreFoundAndRemoved() async throws {
        let store = try S3TestServer.store()
        for name in ["left/a b+", "left/ü", "other/c"] {
            try S3TestServer.python(
                """
                upload = client.create_multipart_upload(Bucket=argv[0], Key=argv[1])["UploadId"]
                client.upload_part(Bucket=argv[0], Key=argv[1], UploadId=upload, PartNumber=1, Body=b"x" * 100)
                """, [store.bucket, name])
        }
        let found = try await store.unfinishedObjects(prefix: "left/")
        #expect(Set(found.map(\.location)) == [store.root + "left/a b+", store.root + "left/ü"])
        #expect(found.allSatisfy { abs($0.started.timeIntervalSinceNow) < 600 })
        try await store.remove(found)
        try await store.remove(found)
        #expect(try await store.unfinishedObjects(prefix: "left/") == [])
        #expect(try await store.unfinishedObjects(prefix: "other/").count == 1)
    }

    @Test func cancelledAndAbortedWritersLeaveNothing() async throws {
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        let key = try ObjectKey("cancelled/a")
        let task = Task {
            let writer = try await store.write(key)
            do {
                for _ in 0..<1_000 { try await writer.write([UInt8](repeating: 7, count: 3 << 20)) }
                try await writer.finish()
            } catch {
                await writer.abort()
                throw error
            }
        }
        try await Task.sleep(for: .milliseconds(400))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await store.unfinishedObjects(prefix: "cancelled/") == [])
        #expect(try await !store.exists(key))
    }

    @Test func deletesManyKeysOfEverySort() async throws {
        let store = try S3TestServer.store()
        let keys = try (0..<1_100).map { try ObjectKey("many-deleted/<\($0)>&\"' é") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<16 {
                group.addTask {
                    for index in stride(from: lane, to: keys.count, by: 16) { try await store.put([], to: keys[index]) }
                }
            }
            try await group.waitForAll()
        }
        try await store.delete(keys + [ObjectKey("many-deleted/missing")])
        var left = 0
        for try await _ in store.list(prefix: "many-deleted/") { left += 1 }
        #expect(left == 0)
    }

    @Test func contentTypesFollowTheEnding() async throws {
        let store = try S3TestServer.store()
        for (name, type) in [
            ("a.json", "application/json"), ("a.HTML", "text/html"), ("a", "application/octet-stream"),
        ] {
            let key = try ObjectKey("types/\(name)")
            try await store.put([1], to: key)
            let read = try S3TestServer.python(
                "print(client.head_object(Bucket=argv[0], Key=argv[1])['ContentType'])", [store.bucket, key.path])
            #expect(read == type + "\n")
        }
    }
}

extension Oracle {
    /// curl, failing on statuses from 400 on.
    @discardableResult
    fileprivate static func curl(_ arguments: [String]) throws -> String {
        try execute("/usr/bin/curl", ["-sS", "--fail", "--noproxy", "*"] + arguments)
    }
}
