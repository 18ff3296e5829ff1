import Foundation
import GRDB
import TestSupport
import Testing
import Tracking

/// Files that cannot be used, and why.
@Suite struct DatabaseFileTests {
    @Test(arguments: [
        "", "mlflow.db", "mlruns", "mysql://user:secret@host/db", "ftp://user:secret@host", "http://", "databricks",
        "http://user:secret@host/?x=y",
        "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "sqlite://host/a.db",
    ])
    func otherURIsAreRefused(_ uri: String) async throws {
        do {
            _ = try await TrackingClient.open(uri)
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == .invalidValue)
            #expect(!error.description.contains("secret"))
        }
    }

    @Test func relativeAndAbsolutePathsAreDistinguished() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("deep/er/a b%20.db"))")
        #expect(FileManager.default.fileExists(atPath: folder.path("deep/er/a b%20.db")))
        #expect(
            try await client.experiment(named: "Default").record.artifactLocation == folder.path("deep/er/mlruns/0"))
        try await client.close()
        let other = try await TrackingClient.open(
            "sqlite:///\(folder.path("b.db"))", artifactRoot: "file://\(folder.path("files"))")
        let experiment = try await other.experiment(named: "e")
        #expect(experiment.record.artifactLocation == "file://\(folder.path("files"))/\(experiment.id)")
        let run = try await experiment.startRun()
        try await run.log(text: "x", as: "y")
        #expect(FileManager.default.fileExists(atPath: folder.path("files/\(experiment.id)/\(run.id)/artifacts/y")))
        try await other.close()
    }

    @Test func anEmptyFileIsInitialised() async throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(filePath: folder.path("a.db")))
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        #expect(try await client.experiments().all().map(\.name) == ["Default"])
        try await client.experiment(named: "e").startRun().end()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()).count == 3)
        try await client.close()
        // Nothing is left beside the file: it can be copied by itself.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["a.db"])
        await expect(.unavailable) { _ = try await client.experiments().all() }
        try await client.close()
    }

    @Test func manyMayMakeTheSameFileAtOnce() async throws {
        let folder = try TemporaryFolder()
        let uri = "sqlite:///\(folder.path("a.db"))"
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let client = try await TrackingClient.open(uri)
                    let id = try await client.experiment(named: "same").id
                    try await client.close()
                    return id
                }
            }
            var ids: Set<String> = []
            for try await id in group { ids.insert(id) }
            #expect(ids.count == 1)
        }
    }

    @Test func aFileThatIsNoDatabaseStaysAsItIs() async throws {
        let folder = try TemporaryFolder()
        let bytes = Data("this is a diary, dear diary, not a database ".utf8 + [UInt8](repeating: 65, count: 5000))
        try bytes.write(to: URL(filePath: folder.path("a.db")))
        try await refused(folder.path("a.db"), .incompatibleDatabase, "is not an SQLite database")
        #expect(try Data(contentsOf: URL(filePath: folder.path("a.db"))) == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()) == ["a.db"])
        try await refused(folder.path("a.db/b.db"), .unavailable, "folder")
        try await refused(folder.url.path(percentEncoded: false), .unavailable, "unable to open")
        try await refused("/proc/no-such-place.db", .unavailable, "unable to open")
    }

    @Test func anotherProgramsDatabaseStaysAsItIs() async throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.path("a.db"))
        try await queue.write { try $0.execute(sql: "CREATE TABLE recipes (id INTEGER, name TEXT)") }
        try queue.close()
        let before = try Data(contentsOf: URL(filePath: folder.path("a.db")))
        try await refused(folder.path("a.db"), .incompatibleDatabase, "recipes")
        #expect(try Data(contentsOf: URL(filePath: folder.path("a.db"))) == before)
    }

    @Test func anEarlyMLflowsDatabaseIsNamedWithTheRemedy() async throws {
        let folder = try TemporaryFolder()
        try await TrackingClient.open("sqlite:///\(folder.path("a.db"))").close()
        let queue = try DatabaseQueue(path: folder.path("a.db"))
        try await queue.write { database in
            try database.execute(sql: "UPDATE alembic_version SET version_num = '0584bdc529eb'")
            try database.execute(sql: "DROP TABLE input_tags")
        }
        try queue.close()
        try await refused(folder.path("a.db"), .incompatibleDatabase, "0584bdc529eb")
        try await refused(folder.path("a.db"), .incompatibleDatabase, "mlflow db upgrade sqlite:///")
    }

    @Test func readingOnly() async throws {
        let folder = try TemporaryFolder()
        let uri = "sqlite:///\(folder.path("a.db"))"
        await expect(.notFound) {
            _ = try await TrackingClient.open(uri, options: TrackingOptions(isReadOnly: true))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("a.db")))
        let writer = try await TrackingClient.open(uri)
        let run = try await writer.experiment(named: "e").startRun(name: "n")
        try await run.log(metric: "m", 1)
        let reader = try await TrackingClient.open(uri, options: TrackingOptions(isReadOnly: true))
        #expect(try await reader.run(id: run.id).record().metrics["m"]?.value == 1)
        await expect(.readOnly) { try await reader.run(id: run.id).log(metric: "m", 2) }
        await expect(.readOnly) { _ = try await reader.experiment(named: "new") }
        try await run.log(metric: "m", 3, step: 1)
        #expect(try await reader.run(id: run.id).record().metrics["m"]?.value == 3)
        try await reader.close()
        try await writer.close()
    }

    /// Damage gives an error that names the file, and never crashes the program.
    @Test func damagedFiles() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("good.db"))")
        let run = try await client.experiment(named: "e").startRun(name: "n")
        try await run.log(
            (0..<2000).map { Metric(key: "m\($0 % 7)", value: Double($0), timestamp: 1, step: Int64($0)) })
        try await client.close()
        let good = try Data(contentsOf: URL(filePath: folder.path("good.db")))
        var generator = SeededGenerator(seed: 4)
        var failures = 0
        for round in 0..<40 {
            var bad = good
            if round < 10 {
                bad = bad.prefix(Int.random(in: 1..<good.count, using: &generator))
            } else {
                for _ in 0..<(round * 40) {
                    bad[Int.random(in: 100..<good.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
            }
            let path = folder.path("bad\(round).db")
            try bad.write(to: URL(filePath: path))
            do {
                let opened = try await TrackingClient.open("sqlite:///\(path)")
                _ = try await opened.runs(inExperiments: nil).all()
                _ = try await opened.run(id: run.id).history(of: "m1").all()
                try await opened.run(id: run.id).log(metric: "m1", -1)
                try await opened.close()
            } catch let error as TrackingError {
                failures += 1
                #expect(
                    error.description.hasPrefix("sqlite:///\(path): ") || error.code == .notFound
                        || error.code == .incompatibleDatabase)
            }
        }
        #expect(failures > 20)
    }

    private func refused(_ path: String, _ code: TrackingError.Code, _ part: String) async throws {
        do {
            _ = try await TrackingClient.open("sqlite:///\(path)")
            Issue.record("no error for \(path)")
        } catch let error as TrackingError {
            #expect(error.code == code, "\(error)")
            #expect(error.description.contains(part), "\(error)")
            #expect(error.description.contains(path))
            #expect(!error.description.contains("\n"))
        }
    }
}
