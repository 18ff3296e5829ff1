import Foundation
import StorageIO
import TestSupport
import Testing
import Tracking

@Suite struct ArtifactTests {
    @Test func filesAndFoldersGoInAndOut() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let run = try await client.experiment(named: "e").startRun()
        #expect(try await run.artifacts.list().isEmpty)
        let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "in/sub"), withIntermediateDirectories: true)
        try Data(large).write(to: URL(filePath: folder.path("in/large.bin")))
        try Data("s".utf8).write(to: URL(filePath: folder.path("in/sub/small.txt")))
        try await run.log(artifactFolder: folder.path("in"), as: "model")
        try await run.log(artifactFile: folder.path("in/sub/small.txt"))
        try await run.log(artifact: [], as: "empty")
        #expect(
            try await run.artifacts.list().map { "\($0.path) \($0.size)" } == [
                "empty 0", "model/large.bin 5000000", "model/sub/small.txt 1", "small.txt 1",
            ])
        #expect(try await run.artifacts.list(under: "model/sub").map(\.path) == ["model/sub/small.txt"])
        let model = try await client.artifacts(at: "runs:/\(run.id)/model")
        #expect(try await model.read("large.bin") == large)
        try await model.download(to: folder.path("out"))
        #expect(try Data(contentsOf: URL(filePath: folder.path("out/large.bin"))) == Data(large))
        try await run.artifacts.download("model/sub", to: folder.path("out2"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out2")) == ["small.txt"])
        await #expect(throws: ObjectStoreError.self) { try await run.log(artifactFile: folder.path("missing")) }
        await #expect(throws: ObjectStoreError.self) { _ = try await run.artifacts.read("missing") }
        try await client.close()
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a/.", "..", "a\u{0}b"])
    func pathsThatLeadOutAreRefused(_ path: String) async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let run = try await client.experiment(named: "e").startRun()
        await expect(.invalidValue) { try await run.log(artifact: [1], as: path) }
        await expect(.invalidValue) { _ = try await run.artifacts.read(path) }
        await expect(.invalidValue) { _ = try await run.artifacts.list(under: path) }
        if path.contains("..") {
            await expect(.invalidValue) { _ = try await client.artifacts(at: "runs:/\(run.id)/\(path)") }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("mlruns")))
        try await client.close()
    }

    /// Characters of patterns and URLs in the folder's own path are plain characters.
    @Test(arguments: ["a*b?[c]{d,e}", "100% #1&x=y", "tä g\\🦊'\""])
    func rootsMayHaveAnyName(_ name: String) async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))", artifactRoot: folder.path(name))
        let run = try await client.experiment(named: "e").startRun()
        try await run.log(text: "x", as: "model/\(name)")
        #expect(run.artifactURI.hasPrefix(folder.path(name) + "/"))
        #expect(FileManager.default.fileExists(atPath: "\(run.artifactURI)/model/\(name)"))
        let model = try await client.artifacts(at: "runs:/\(run.id)/model")
        #expect(try await model.list().map(\.path) == [name])
        #expect(try await model.location.store.read(model.key(name)) == Array("x".utf8))
        try await client.close()
    }

    @Test func otherStoresAndTheServersLocationAreOpened() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open(
            "sqlite:///\(folder.path("a.db"))", artifactRoot: "memory://tests/root", stores: ObjectStoreRegistry())
        let run = try await client.experiment(named: "e").startRun()
        try await run.log(text: "x", as: "a/b")
        #expect(run.artifactURI.hasPrefix("memory://tests/root/"))
        #expect(try await client.artifacts(at: "runs:/\(run.id)/a").read("b") == Array("x".utf8))
        let proxied = try await client.experiment(named: "p", artifactLocation: "mlflow-artifacts:/7")
        let other = try await proxied.startRun()
        try await other.log(text: "y", as: "c")
        #expect(
            try await client.artifacts(at: "memory://tests/root/7/\(other.id)/artifacts").read("c") == Array("y".utf8))
        await #expect(throws: ObjectStoreError.self) { _ = try await client.artifacts(at: "ftp://host/x") }
        try await client.close()
    }
}
