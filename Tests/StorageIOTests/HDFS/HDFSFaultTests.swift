import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import StorageIOTesting
import TestSupport
import Testing

/// Real clusters behind a faulty network, and nodes that stop and restart.
@Suite(.needs(.hdfs, .python)) struct HDFSFaultTests {
    private static let quick = RetryPolicy(
        maximumAttempts: 12, initialDelay: .milliseconds(20), maximumDelay: .seconds(2), maximumElapsed: .seconds(60))

    private func store(_ name: FaultProxy, segmentSize: Int = 1 << 20, user: String) throws -> WebHDFSObjectStore {
        try WebHDFSObjectStore(
            configuration: WebHDFSConfiguration(
                nameNodes: ["http://" + name.authority], userName: user, segmentSize: segmentSize,
                retryPolicy: Self.quick))
    }

    /// Every other response to requests of one kind is lost, after the server has executed the request.
    @Test(arguments: ["RENAME", "CONCAT", "CREATE", "DELETE", "MKDIRS", "OPEN", "GETFILESTATUS", "LISTSTATUS"])
    func lostResponsesChangeNothing(operation: String) async throws {
        let server = try TestServers.hdfs(), folder = try HDFSServer.shared.newFolder()
        let data = try FaultProxy(server.dataNodeHTTP, faults: losingEveryOther(operation))
        let name = try FaultProxy(
            server.http, redirects: [server.dataNodeHTTP: data.authority], faults: losingEveryOther(operation))
        let store = try store(name, user: server.user)
        let content = (0..<(7 << 19)).map { UInt8(truncatingIfNeeded: ($0 &* 31) >> 3) }
        for (object, ifAbsent) in [("a", false), ("a", false), ("b", true), ("c%/d", true), ("c%/e", false)] {
            let key = try ObjectKey("\(folder)/\(object)")
            try await store.put(content, to: key, options: WriteOptions(ifAbsent: ifAbsent))
            #expect(try await store.read(key) == content)
        }
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.put([], to: ObjectKey("\(folder)/b"), options: WriteOptions(ifAbsent: true))
        }
        #expect(error?.code == .alreadyExists)
        var keys: [ObjectKey] = []
        for try await object in store.list(prefix: folder) { keys.append(object.key) }
        #expect(keys.map(\.name) == ["a", "b", "d", "e"])
        #expect(name.counters.faults[.loseResponse] ?? 0 > 0)
        try await store.delete(keys)
        #expect(try await !HDFSServer.shared.exists(folder))
    }

    private func losingEveryOther(_ operation: String) -> FaultChoice {
        let seen = Lock(0)
        return { request in
            guard request.target.contains("op=\(operation)&") else { return nil }
            return seen.withLock { seen in
                seen += 1
                return seen.isMultiple(of: 2) ? nil : .loseResponse
            }
        }
    }

    @Test(arguments: ObjectStoreConformance.checkNames)
    func conformsUnderFaults(name check: String) async throws {
        let server = try TestServers.hdfs()
        let numbers = Lock(SeededGenerator(seed: 5))
        let faults: FaultChoice = { _ in
            let number = numbers.withLock { Int.random(in: 0..<100, using: &$0) }
            let kinds: [Fault] = [
                .resetBeforeReading, .resetAfterReading, .loseResponse, .resetInResponse, .truncateResponse,
                .response(status: 503), .response(status: 500), .garbage,
            ]
            return number < kinds.count ? kinds[number] : nil
        }
        let data = try FaultProxy(server.dataNodeHTTP, faults: faults)
        let nameNode = try FaultProxy(server.http, redirects: [server.dataNodeHTTP: data.authority], faults: faults)
        try await ObjectStoreConformance(
            store: store(nameNode, user: server.user), folder: HDFSServer.shared.newFolder(), largeObjectSize: 5 << 20,
            excludedCharacters: [":"]
        ).run(check)
    }

    @Test func writingAndReadingContinueWhenTheClusterComesBack() async throws {
        let own = try OwnServer(.hdfs)
        let server = try own.hdfs()
        var configuration = WebHDFSConfiguration(
            nameNodes: ["http://" + server.http], userName: server.user, segmentSize: 1 << 20)
        configuration.retryPolicy = RetryPolicy(
            maximumAttempts: 100, initialDelay: .milliseconds(100), maximumDelay: .seconds(2))
        let store = try WebHDFSObjectStore(configuration: configuration)
        let content = (0..<(12 << 20)).map { UInt8(truncatingIfNeeded: ($0 &* 17) >> 4) }
        let key = try ObjectKey("folder/a")
        let writer = try await store.write(key)
        for start in stride(from: 0, to: content.count, by: 1 << 20) {
            if start == 5 << 20 {
                try own.kill()
                Thread.detachNewThread { try? own.start() }
            }
            try await writer.write(Array(content[start..<start + 1 << 20]))
        }
        try await writer.finish()
        #expect(try await store.read(key) == content)

        try own.stop()
        Thread.detachNewThread { try? own.start() }
        #expect(try await store.read(key, range: 100..<(9 << 20)) == Array(content[100..<(9 << 20)]))
        #expect(try await store.unfinishedObjects(prefix: "").isEmpty)
    }
}
