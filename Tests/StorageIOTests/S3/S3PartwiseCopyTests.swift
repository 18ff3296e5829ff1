import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

/// A copy that can cancel itself midway.
private final class RunningCopy: Sendable {
    private let task = Lock<Task<Void, any Error>?>(nil)

    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let running = Task {
            // Not before it can be cancelled.
            while task.withLock({ $0 == nil }) { await Task.yield() }
            try await body()
        }
        task.withLock { $0 = running }
        try await running.value
    }

    func cancel() { task.withLock { $0?.cancel() } }
}

/// Large objects between files and S3: several connections, no object held whole in memory.
@Suite struct S3PartwiseCopyTests {
    private static let megabyte = 1 << 20

    private static func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        return Array(bytes.prefix(count))
    }

    private func copy(
        _ key: ObjectKey, of source: any ObjectStore, to destination: any ObjectStore,
        options: TransferOptions = TransferOptions(), progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws {
        try await ObjectCopy(try await source.head(key), of: source, to: key, of: destination, options: options)
            .run(progress: progress)
    }

    // MARK: A real server

    @Test(
        .needs(.s3, .python), arguments: [10 << 20, 23 << 20 + 77, 45 << 20 + 1], TransferOptions.Verification.allCases)
    func thereAndBack(size: Int, verification: TransferOptions.Verification) async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("partwise/\(size)-\(verification)")
        let bytes = Self.content(size, seed: UInt64(size))
        let from = try LocalObjectStore(folder: folder.path("from")),
            to = try LocalObjectStore(folder: folder.path("to"))
        try await from.put(bytes, to: key)
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        let sent = Lock<Int64>(0), received = Lock<Int64>(0)
        let options = TransferOptions(verification: verification)
        try await copy(key, of: from, to: store, options: options) { count in sent.withLock { $0 += count } }
        try await copy(key, of: store, to: to, options: options) { count in received.withLock { $0 += count } }
        #expect(Digest.sha256(try await to.read(key)) == Digest.sha256(bytes))
        #expect(sent.withLock { $0 } == Int64(size) && received.withLock { $0 } == Int64(size))
        // boto3 computes the tag again.
        let tag = try S3TestServer.python(
            """
            body = client.get_object(Bucket=argv[0], Key=argv[1])["Body"].read()
            sums = [hashlib.md5(body[i:i + 5 * 2**20]).digest() for i in range(0, len(body), 5 * 2**20)]
            print(hashlib.md5(b"".join(sums)).hexdigest() + f"-{len(sums)}", end="")
            """, [store.bucket, key.path])
        #expect(try await store.head(key).entityTag == tag)
    }

    /// Objects that were uploaded in one request have the MD5 sum of the whole.
    @Test(.needs(.s3, .python), arguments: TransferOptions.Verification.allCases)
    func objectsOfOnePart(verification: TransferOptions.Verification) async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("partwise/whole-\(verification)")
        let bytes = Self.content(50 << 20 + 3, seed: 12)
        let store = try S3TestServer.store { $0.partSize = 64 << 20 }
        try await store.put(bytes, to: key)
        #expect(try await store.head(key).entityTag == Digest.md5(bytes))
        let to = try LocalObjectStore(folder: folder.path("to"))
        try await copy(key, of: store, to: to, options: TransferOptions(verification: verification))
        #expect(Digest.sha256(try await to.read(key)) == Digest.sha256(bytes))
    }

    @Test(.needs(.s3, .python)) func unchangedFilesAreLeft() async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("partwise/unchanged/a")
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        let files = try LocalObjectStore(folder: folder.path(""))
        var bytes = Self.content(47 << 20, seed: 13)
        try await files.put(bytes, to: key)
        let from = try ObjectStoreRegistry().resolve(folder.path("partwise/unchanged/"))
        let to = StorageLocation(
            store: store, uri: try StorageURI("s3://\(store.bucket)/partwise/unchanged/"))
        #expect(try await Transfer(from: from, to: to).run().copied.count == 1)
        #expect(try await Transfer(from: from, to: to).run().unchanged == 1)
        bytes[46 << 20] ^= 1
        try await files.put(bytes, to: key)
        #expect(try await Transfer(from: from, to: to).run().copied.count == 1)
        #expect(try await Transfer(from: to, to: from).run().unchanged == 1)
    }

    @Test(.needs(.s3, .python)) func underFaults() async throws {
        let random = RandomFaults(
            seed: 31,
            [
                (.resetBeforeReading, 0.05), (.resetAfterReading, 0.05), (.loseResponse, 0.05), (.resetInResponse, 0.1),
                (.truncateResponse, 0.1), (.response(status: 503), 0.05), (.garbage, 0.03),
            ], longestRun: 3)
        let proxy = try FaultProxy(TestServers.s3().authority) { random.fault(for: $0) }
        let store = try S3TestServer.store(authority: proxy.authority) {
            $0.partSize = 5 << 20
            $0.retryPolicy = RetryPolicy(
                maximumAttempts: 8, initialDelay: .milliseconds(2), maximumDelay: .milliseconds(20))
        }
        let folder = try TemporaryFolder()
        let from = try LocalObjectStore(folder: folder.path("from")),
            to = try LocalObjectStore(folder: folder.path("to"))
        for number in 0..<4 {
            let key = try ObjectKey("partwise-faults/\(number)"), bytes = Self.content(24 << 20 + number, seed: 5)
            try await from.put(bytes, to: key)
            try await copy(key, of: from, to: store)
            try await copy(key, of: store, to: to)
            #expect(Digest.sha256(try await to.read(key)) == Digest.sha256(bytes))
        }
        #expect(proxy.counters.faults.count > 3, "\(proxy.counters)")
    }

    @Test(.needs(.s3, .python)) func replacedObjectsAreRefused() async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("partwise/replaced")
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        try await store.put([UInt8](repeating: 1, count: 17 << 20), to: key)
        let before = try await store.head(key)
        try await store.put([UInt8](repeating: 2, count: 17 << 20), to: key)
        let target = try LocalObjectStore(folder: folder.path("to"))
        for verification in TransferOptions.Verification.allCases {
            let error = await #expect(throws: ObjectStoreError.self) {
                try await ObjectCopy(
                    before, of: store, to: key, of: target, options: TransferOptions(verification: verification)
                ).run()
            }
            #expect(error?.code == .modified)
        }
        #expect(try await !target.exists(key))
        #expect(try await target.unfinishedObjects(prefix: "") == [])
    }

    @Test(.needs(.s3, .python)) func cancelledCopiesLeaveNothing() async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("partwise-cancelled/a")
        let from = try LocalObjectStore(folder: folder.path("from")),
            to = try LocalObjectStore(folder: folder.path("to"))
        try await from.put(Self.content(60 << 20, seed: 8), to: key)
        let store = try S3TestServer.store { $0.partSize = 5 << 20 }
        func cancelledMidway(_ source: any ObjectStore, _ destination: any ObjectStore) async throws {
            let running = RunningCopy()
            await #expect(throws: (any Error).self) {
                try await running.run {
                    try await self.copy(key, of: source, to: destination) { _ in running.cancel() }
                }
            }
            #expect(try await !destination.exists(key))
            #expect(try await destination.unfinishedObjects(prefix: "partwise-cancelled/") == [])
        }
        try await cancelledMidway(from, store)
        try await copy(key, of: from, to: store)
        try await cancelledMidway(store, to)
    }

    // MARK: A scripted server

    /// Serves `content` in parts of 6 MB, as an object of that entity tag.
    private static func server(
        _ content: [UInt8], tag: String,
        _ change: @escaping @Sendable (TransportRequest, inout TransportResponse) -> Void
    ) -> ScriptedHTTP {
        ScriptedHTTP { request, _ in
            guard request.headers["If-Match"] == "\"\(tag)\"" else { return .refusal(412, "PreconditionFailed") }
            if request.method == "HEAD" {
                return .text(200, "", ["Content-Length": "6000000", "ETag": "\"\(tag)\"", "x-amz-mp-parts-count": "2"])
            }
            guard let range = request.byteRange else { return .text(400) }
            var response = TransportResponse(status: 206, body: Array(content[range]))
            change(request, &response)
            return response
        }
    }

    private static let content = content(11_000_000, seed: 4)

    private static var tag: String {
        get throws {
            var digest = ContentDigest(like: .md5OfParts("", partSize: 6_000_000))
            digest.update(content)
            guard case .md5OfParts(let text, _) = digest.finish() else { return "" }
            return text
        }
    }

    private func receive(
        _ http: ScriptedHTTP, tag: String, into folder: TemporaryFolder
    ) async throws -> LocalObjectStore {
        let target = try LocalObjectStore(folder: folder.path("to")), key = try ObjectKey("a")
        let object = ObjectMetadata(key: key, size: Int64(Self.content.count), modified: Date(), entityTag: tag)
        try await ObjectCopy(object, of: S3ObjectStore.scripted(http), to: key, of: target).run()
        return target
    }

    @Test func continuesWhereTheConnectionWasLost() async throws {
        let losses = Lock(2), folder = try TemporaryFolder()
        let http = Self.server(Self.content, tag: try Self.tag) { request, response in
            guard request.byteRange?.upperBound == 11_000_000, losses.withLock({ $0 > 0 }) else { return }
            losses.withLock { $0 -= 1 }
            response = TransportResponse(
                status: 206, headers: [ScriptedHTTP.lostField: "1"], body: Array(response.body.prefix(1_500_000)))
        }
        let target = try await receive(http, tag: Self.tag, into: folder)
        #expect(Digest.sha256(try await target.read(ObjectKey("a"))) == Digest.sha256(Self.content))
        let ranges = http.requests.compactMap(\.byteRange).filter { $0.upperBound == 11_000_000 }
        #expect(ranges.map(\.lowerBound) == [6_000_000, 7_500_000, 9_000_000])
    }

    @Test func serversWithoutRanges() async throws {
        let folder = try TemporaryFolder()
        let http = Self.server(Self.content, tag: try Self.tag) { _, response in
            response = TransportResponse(status: 200, body: Self.content)
        }
        let target = try await receive(http, tag: Self.tag, into: folder)
        #expect(Digest.sha256(try await target.read(ObjectKey("a"))) == Digest.sha256(Self.content))
    }

    @Test func bodiesThatEndEarlyAreErrors() async throws {
        let folder = try TemporaryFolder()
        let http = Self.server(Self.content, tag: try Self.tag) { _, response in response.body = [1, 2, 3] }
        let error = await #expect(throws: ObjectStoreError.self) {
            try await receive(http, tag: Self.tag, into: folder)
        }
        #expect(
            error?.code == .unavailable && error?.message.contains("bytes early") == true,
            "\(String(describing: error))")
    }

    @Test func changedBytesOfAnObjectOfOnePartAreFound() async throws {
        let folder = try TemporaryFolder(), tag = Digest.md5(Self.content)
        let http = Self.server(Self.content, tag: tag) { request, response in
            if request.byteRange?.upperBound == Self.content.count { response.body[0] ^= 1 }
        }
        let error = await #expect(throws: ObjectStoreError.self) { try await receive(http, tag: tag, into: folder) }
        #expect(error?.code == .modified && error?.message.contains("checksum") == true)
    }

    @Test func changedBytesAreFound() async throws {
        let folder = try TemporaryFolder()
        let http = Self.server(Self.content, tag: try Self.tag) { request, response in
            if request.byteRange?.lowerBound == 6_000_000 { response.body[1_234_567] ^= 1 }
        }
        let error = await #expect(throws: ObjectStoreError.self) {
            try await receive(http, tag: Self.tag, into: folder)
        }
        #expect(error?.code == .modified && error?.message.contains("checksum") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("to")) == [])
    }

    @Test func refusalsSayWhy() async throws {
        let folder = try TemporaryFolder()
        let http = Self.server(Self.content, tag: try Self.tag) { _, response in
            response = .refusal(403, "AccessDenied", message: "not you")
        }
        let error = await #expect(throws: ObjectStoreError.self) {
            try await receive(http, tag: Self.tag, into: folder)
        }
        #expect(error?.code == .permissionDenied && error?.message.contains("not you") == true)
    }

    @Test func filesThatChangeWhileTheyAreSent() async throws {
        let folder = try TemporaryFolder(), key = try ObjectKey("a")
        let source = try LocalObjectStore(folder: folder.path(""))
        try await source.put(Self.content, to: key)
        let path = folder.path("a")
        let http = ScriptedHTTP { request, _ in
            switch (request.method, request.query["partNumber"]) {
            case ("POST", nil) where request.query["uploads"] != nil:
                return .text(200, "<R><UploadId>u</UploadId></R>")
            case ("PUT", let number?):
                let body = try await request.collectedBody()
                if number == "2" {
                    let file = try FileHandle(forWritingTo: URL(filePath: path))
                    try file.seekToEnd()
                    try file.write(contentsOf: [1])
                    try file.close()
                }
                return .text(200, "", ["ETag": "\"\(Digest.md5(body))\""])
            case ("DELETE", nil): return .text(204)
            default: return .refusal(400, "Unexpected")
            }
        }
        let target = try S3ObjectStore.scripted(http) { $0.partSize = 5 << 20 }
        let error = await #expect(throws: ObjectStoreError.self) {
            try await ObjectCopy(try await source.head(key), of: source, to: key, of: target).run()
        }
        #expect(error?.code == .modified, "\(String(describing: error))")
        #expect(http.requests.last?.method == "DELETE")
        #expect(!http.requests.contains { $0.method == "POST" && $0.query["uploadId"] != nil })
    }
}
