import Foundation
import Streaming
import TestSupport
import Testing

private let kcat = "/usr/bin/kcat"

/// kcat, another program, reads what is written here, and writes what is read here.
@Suite(.needs(.program("kcat")), .timeLimit(.minutes(1)))
struct KcatTests {
    @Test func readsWhatIsWrittenHere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 3])
        try await Sample.fill(cluster, "t", 0..<10_000)
        let output = try await run([
            "-b", cluster.bootstrapServers[0], "-C", "-t", "t", "-o", "beginning", "-e", "-q", "-f", "%k=%s\n",
        ])
        let lines = output.split(separator: "\n")
        #expect(lines.count == 10_000)
        #expect(Set(lines) == Set((0..<10_000).map { "\($0 % 100)=\($0)"[...] }))
    }

    @Test func writesWhatIsReadHere() async throws {
        let cluster = try await MockKafkaCluster(topics: ["t": 3])
        let folder = try TemporaryFolder()
        let text = (0..<5_000).map { "\($0)\n" }.joined()
        try text.write(toFile: folder.path("messages"), atomically: true, encoding: .utf8)
        _ = try await run([
            "-b", cluster.bootstrapServers[0], "-P", "-t", "t", "-p", "1", "-z", "gzip", "-l", folder.path("messages"),
        ])
        let numbers = try await ConsumerTests.readAll(cluster, "t", count: 5_000)
        #expect(numbers == Array(0..<5_000))
    }

    /// Runs the program on a dedicated thread.
    private func run(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try Oracle.execute(kcat, arguments) })
            }
        }
    }
}
