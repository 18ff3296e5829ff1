import Foundation
import StorageIO
import StorageIOTesting
import TestSupport
import Testing
import Tracking

/// Files that go through a real MLflow server.
@Suite struct ProxiedArtifactTests {
    /// Characters that MLflow's server takes for something else; such names are refused, see ``oddNames()``.
    static let excluded: Set<Character> = ["%", "#", ";", "\\", "\t", "\n"]

    static func folder() async throws -> (client: TrackingClient, folder: ArtifactFolder) {
        let client = try await TrackingClient.open(TestServers.mlflow().uri)
        let run = try await client.experiment(named: UniqueNames()("artifacts")).startRun()
        return (client, try run.artifacts)
    }

    @Test(.needs(.mlflow), arguments: ObjectStoreConformance.checkNames)
    func theStoreConforms(_ name: String) async throws {
        let (client, folder) = try await Self.folder()
        let conformance = ObjectStoreConformance(
            store: folder.location.store, folder: folder.location.uri.path, excludedCharacters: Self.excluded)
        try await conformance.run(name)
        try await client.close()
    }

    @Test(.needs(.mlflow)) func oddNames() async throws {
        let (client, folder) = try await Self.folder()
        for name in [
            "100%.txt", "a b/c+d/e%f", "%zz", "täg/日本 🦊", "q?x=1&y=2", "[x]{y}*", "semi;colon:", "'\"",
        ] {
            try await folder.write(Array(name.utf8), to: name)
            #expect(try await folder.read(name) == Array(name.utf8), "\(name)")
        }
        #expect(try await folder.list().count == 8)
        let store = folder.location.store
        try await store.delete([folder.key("100%.txt"), folder.key("a b"), folder.key("none"), folder.key("%zz")])
        #expect(try await folder.list().count == 6)
        try await client.close()
    }

    /// Names by which the server would read or write another file, or leave its folder.
    @Test(
        .needs(.mlflow),
        arguments: [
            "../x", "/etc/passwd", "a/../../x", "%2e%2e/x", "..%2fx", "a/%2E%2E/%2e%2e/x", "%252e%252e/x", "a#b",
            "a%41",
            "a\nb", "x?", "x;", "a\\b", "", "a//b",
        ])
    func tricksAreRefusedUnsent(_ path: String) async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority)
        let client = try await TrackingClient.open("http://\(proxy.authority)")
        let folder = try await client.artifacts(at: "mlflow-artifacts:/7/x")
        for body in [
            { _ = try await folder.read(path) }, { try await folder.write([1], to: path) },
            { try await folder.location.store.delete(folder.key(path)) },
        ] as [() async throws -> Void] {
            do {
                try await body()
                Issue.record("no error")
            } catch let error as TrackingError {
                #expect(error.code == .invalidValue)
            } catch let error as ObjectStoreError {
                #expect(error.code == .invalidKey)
            }
        }
        if !path.isEmpty {
            await expect(.invalidValue) { _ = try await client.artifacts(at: "mlflow-artifacts:/7/../\(path)") }
        }
        #expect(proxy.counters.requests == 0)
        try await client.close()
    }

    @Test(.needs(.mlflow)) func locationsAreThoseOfMLflow() async throws {
        let server = try TestServers.mlflow()
        let (client, folder) = try await Self.folder()
        try await folder.write([1, 2], to: "a/b")
        let path = folder.location.uri.path
        let api = "/api/2.0/mlflow-artifacts/artifacts/"
        for location in [
            "mlflow-artifacts:/\(path)/a", "mlflow-artifacts:///\(path)/a",
            "mlflow-artifacts://\(server.authority)/\(path)/a", "\(server.uri)\(api)\(path)/a",
        ] {
            #expect(try await client.artifacts(at: location).read("b") == [1, 2], "\(location)")
        }
        await #expect(throws: ObjectStoreError.self) { _ = try await client.artifacts(at: "http://host/x") }
        await expect(.invalidValue) { _ = try await client.artifacts(at: "mlflow-artifacts://u:p@host/x") }
        // Locations other than the server's are accessed directly.
        let files = try TemporaryFolder()
        let direct = try await TrackingClient.open(server.uri, artifactRoot: files.path("root"))
        let experiment = try await direct.experiment(named: UniqueNames()("direct"))
        #expect(experiment.record.artifactLocation.hasPrefix(files.path("root") + "/"))
        let run = try await experiment.startRun()
        try await run.log(text: "x", as: "c")
        #expect(FileManager.default.fileExists(atPath: "\(run.artifactURI)/c"))
        try await direct.close()
        try await client.close()
    }

    /// The password is for the tracking server alone.
    @Test(.needs(.mlflow), .needs(.python)) func otherHostsGetNoCredentials() async throws {
        let listener = try PythonProgram(
            #"""
            import http.server, os, sys, threading, time
            folder = sys.argv[1]
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def log_message(self, *arguments): pass
                def do_GET(self):
                    with open(folder + "seen", "w") as file: file.write(str(self.headers))
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
            """#)
        let authority = try TestServers.mlflow().authority
        let client = try await TrackingClient.open("http://user:hunter2@\(authority)")
        let folder = try await client.artifacts(at: "mlflow-artifacts://\(listener.authority)/1/x")
        await #expect(throws: ObjectStoreError.self) { _ = try await folder.read("y") }
        let seen = try String(contentsOfFile: listener.folder.path("seen"), encoding: .utf8)
        #expect(seen.contains("Host") && !seen.contains("Authorization"))
        try await client.close()
    }

    @Test(.needs(.mlflow)) func foldersSurviveFaultsWhole() async throws {
        let faults = RandomFaults(
            seed: 3,
            [
                (.loseResponse, 0.1), (.resetInResponse, 0.1), (.truncateResponse, 0.1), (.response(status: 503), 0.08),
                (.response(status: 500), 0.05), (.resetAfterReading, 0.08),
            ], longestRun: 3)
        let proxy = try FaultProxy(TestServers.mlflow().authority) {
            $0.target.contains("mlflow-artifacts") ? faults.fault(for: $0) : nil
        }
        let files = try TemporaryFolder()
        let client = try await TrackingClient.open("http://\(proxy.authority)")
        let run = try await client.experiment(named: UniqueNames()("faults")).startRun()
        let large = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 13) }
        try FileManager.default.createDirectory(
            at: files.url.appending(path: "in/sub dir"), withIntermediateDirectories: true)
        try Data(large).write(to: URL(filePath: files.path("in/large.bin")))
        try Data().write(to: URL(filePath: files.path("in/empty")))
        for index in 0..<30 {
            try Data("\(index)".utf8).write(to: URL(filePath: files.path("in/sub dir/\(index) %.txt")))
        }
        try await run.log(artifactFolder: files.path("in"), as: "model")
        #expect(try await run.artifacts.list(under: "model").count == 32)
        let model = try await client.artifacts(at: "runs:/\(run.id)/model")
        try await model.download(to: files.path("out"))
        let same = try Data(contentsOf: URL(filePath: files.path("out/large.bin"))) == Data(large)
        #expect(same)
        for index in 0..<30 {
            let text = try String(contentsOfFile: files.path("out/sub dir/\(index) %.txt"), encoding: .utf8)
            #expect(text == "\(index)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path("out")).count == 3)
        #expect(proxy.counters.faults.values.reduce(0, +) > 5)
        try await client.close()
    }

    @Test(.needs(.mlflow)) func copyingFoldersCanBeCancelled() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority) {
            $0.method == "PUT" ? .stall(.seconds(30)) : nil
        }
        let files = try TemporaryFolder()
        let client = try await TrackingClient.open("http://\(proxy.authority)")
        let run = try await client.experiment(named: UniqueNames()("cancel")).startRun()
        for index in 0..<20 { try Data([1]).write(to: URL(filePath: files.path("\(index)"))) }
        try Data(count: 20_000_000).write(to: URL(filePath: files.path("large")))
        let folder = files.path("")
        let task = Task { try await run.log(artifactFolder: folder) }
        func uploads() -> Int { proxy.requests.count { $0.method == "PUT" } }
        while uploads() < 2 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Several at once, but not all.
        #expect((2...8).contains(uploads()))
        try await client.close()
    }
}
