import Foundation
import HTTPTransport
import StorageIO
import StorageIOTesting
import TestSupport
import Testing

/// A real server behind a faulty network.
@Suite(.needs(.s3, .python)) struct S3FaultTests {
    private static let faults: [(fault: Fault, probability: Double)] = [
        (.resetBeforeReading, 0.05), (.resetAfterReading, 0.05), (.loseResponse, 0.05), (.resetInResponse, 0.04),
        (.truncateResponse, 0.04), (.response(status: 503), 0.04), (.response(status: 500), 0.03), (.garbage, 0.03),
    ]

    @Test func everythingArrivesDespiteFaults() async throws {
        let random = RandomFaults(seed: 7, Self.faults, longestRun: 3)
        let proxy = try FaultProxy(TestServers.s3().authority) { random.fault(for: $0) }
        let store = try S3TestServer.store(authority: proxy.authority) {
            $0.partSize = 5 << 20
            $0.retryPolicy = RetryPolicy(initialDelay: .milliseconds(2), maximumDelay: .milliseconds(20))
        }
        for number in 0..<40 {
            let key = try ObjectKey("faults/\(100 + number)"),
                body = [UInt8](repeating: UInt8(number), count: 10_000 + number)
            // Each is written once, so the writer must not take its own object, whose response was lost, for another's.
            try await store.put(body, to: key, options: WriteOptions(ifAbsent: number.isMultiple(of: 2)))
            #expect(try await store.read(key) == body)
            #expect(try await store.head(key).size == Int64(body.count))
        }
        var generator = SeededGenerator(seed: 9)
        var large: [UInt8] = []
        while large.count < 23 << 20 { withUnsafeBytes(of: generator.next()) { large += $0 } }
        for ifAbsent in [true, false] {
            let key = try ObjectKey("faults/large-\(ifAbsent)")
            try await store.put(large, to: key, options: WriteOptions(ifAbsent: ifAbsent))
            let read = try await S3TestServer.store().read(key)
            #expect(Digest.sha256(read) == Digest.sha256(large))
        }
        var listed: [String] = []
        for try await object in store.list(prefix: "faults/1") { listed.append(object.key.name) }
        #expect(listed == (100..<140).map(String.init))
        // Only uploads can be left whose first response was lost: nobody knows their IDs.
        try await store.remove(store.unfinishedObjects(prefix: "faults/"))
        #expect(try await store.unfinishedObjects(prefix: "faults/") == [])
        #expect(proxy.counters.faults.count > 4, "\(proxy.counters)")
    }

    @Test(arguments: ObjectStoreConformance.checkNames)
    func conformsUnderFaults(name check: String) async throws {
        let random = RandomFaults(seed: 13, Self.faults, longestRun: 3)
        let proxy = try FaultProxy(TestServers.s3().authority) { random.fault(for: $0) }
        let store = try S3TestServer.store(authority: proxy.authority) {
            $0.partSize = 5 << 20
            $0.retryPolicy = RetryPolicy(initialDelay: .milliseconds(2), maximumDelay: .milliseconds(20))
        }
        // A backslash in a key is a slash to this server.
        try await ObjectStoreConformance(store: store, excludedCharacters: ["\\"]).run(check)
    }

    @Test func responsesThatAreAlwaysLostAreErrors() async throws {
        let proxy = try FaultProxy(TestServers.s3().authority) { $0.method == "PUT" ? .loseResponse : nil }
        let store = try S3TestServer.store(authority: proxy.authority) {
            $0.retryPolicy = RetryPolicy(maximumAttempts: 3, initialDelay: .milliseconds(1))
        }
        let error = await #expect(throws: ObjectStoreError.self) { try await store.put([1], to: ObjectKey("lost/a")) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("3 attempts in") == true)
        #expect(try await store.read(ObjectKey("lost/a")) == [1])
    }

    /// The server dies during a write; the writer fails or continues, and readers see only whole objects.
    @Test func serverKilledInTheMiddle() async throws {
        let server = try OwnServer(.seaweedfs)
        let address = try server.s3()
        let configuration = S3Configuration(
            endpoint: "http://\(address.authority)",
            credentials: StaticCredentialProvider(AWSCredentials(address.admin)), partSize: 5 << 20,
            retryPolicy: RetryPolicy(maximumAttempts: 20, initialDelay: .milliseconds(50), maximumDelay: .seconds(1)))
        try Oracle.run(
            """
            import boto3, sys
            boto3.client("s3", endpoint_url=sys.argv[1], aws_access_key_id=sys.argv[2], aws_secret_access_key=sys.argv[3],
                         region_name="us-east-1").create_bucket(Bucket="bucket")
            """, ["http://\(address.authority)", address.admin.key, address.admin.secret])
        let store = try S3ObjectStore(bucket: "bucket", configuration: configuration, http: S3TestServer.http.get())
        let key = try ObjectKey("a")
        try await store.put(Array("before".utf8), to: key)
        let writer = try await store.write(key)
        for _ in 0..<4 { try await writer.write([UInt8](repeating: 5, count: 5 << 20)) }
        try server.kill()
        try server.start()
        do {
            try await writer.write([UInt8](repeating: 5, count: 5 << 20))
            try await writer.finish()
            #expect(try await store.head(key).size == 25 << 20)
        } catch is ObjectStoreError {
            #expect(try await store.read(key) == Array("before".utf8))
        }
    }
}
