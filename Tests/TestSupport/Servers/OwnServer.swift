import Foundation
import Parallelism

/// A test's own server, which it may kill and restart. It ends with the last reference, or when the test process dies.
///
/// Its address and data stay the same over ``kill()`` and ``start()``. The calls wait for the server: one second for
/// SeaweedFS and PostgreSQL, four for HDFS, fifteen for MLflow.
package final class OwnServer: Sendable {
    package enum Program: String, Sendable {
        case seaweedfs, hdfs, postgresql, mlflow
    }

    /// MLflow takes half a minute of processor time to import. Several that start at once beside other tests would all
    /// time out, so each waits for the one before it. Restarts do not: clients wait for them.
    private static let mlflowStart = Lock(())

    private let program: Program
    private let options: [String]
    private let folder: TemporaryFolder

    /// Starts the server.
    /// - Parameter options: of its script in `scripts/servers`.
    /// - Throws: ``Oracle/Failure`` with the ends of its logs when it does not start.
    package init(_ program: Program, options: [String] = []) throws {
        self.program = program
        self.options = options
        folder = try TemporaryFolder()
        switch program {
        case .mlflow: try Self.mlflowStart.withLock { _ in try start() }
        case .seaweedfs, .hdfs, .postgresql: try start()
        }
    }

    /// - Throws: ``Oracle/Failure`` with the ends of its logs when it does not start.
    package func start() throws {
        try command("start", options + ["--while", "\(ProcessInfo.processInfo.processIdentifier)"])
    }

    /// Kills it as a power failure would: `kill -9` of all its processes.
    package func kill() throws { try command("kill") }

    /// Shuts it down normally.
    package func stop() throws { try command("stop") }

    /// Its address and identities, when it is ``Program/seaweedfs``.
    package func s3() throws -> TestServers.S3 { try TestServers.S3(environment()) }

    /// Its addresses, when it is ``Program/hdfs``.
    package func hdfs() throws -> TestServers.HDFS { try TestServers.HDFS(environment()) }

    /// Its addresses, when it is ``Program/postgresql``.
    package func postgresql() throws -> TestServers.PostgreSQL { try TestServers.PostgreSQL(environment()) }

    /// Its address, when it is ``Program/mlflow``.
    package func mlflow() throws -> TestServers.MLflow { try TestServers.MLflow(environment()) }

    private func environment() throws -> TestServers.Environment {
        let lines = try String(contentsOfFile: folder.path("environment"), encoding: .utf8).split(separator: "\n")
        let pairs = lines.compactMap { line -> (String, String)? in
            guard let equals = line.firstIndex(of: "=") else { return nil }
            return (String(line[..<equals]), String(line[line.index(after: equals)...]))
        }
        return TestServers.Environment(
            variables: Dictionary(pairs) { _, last in last }, advice: "the server is \(program.rawValue)")
    }

    private func command(_ name: String, _ options: [String] = []) throws {
        let script = Oracle.packageRoot.appending(path: "scripts/servers/\(program.rawValue)")
        try Oracle.execute(
            script.path(percentEncoded: false), [name, folder.url.path(percentEncoded: false)] + options)
    }

    deinit { try? kill() }
}
