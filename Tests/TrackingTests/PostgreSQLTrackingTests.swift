import Foundation
import Parallelism
import PostgreSQL
import TestSupport
import Testing
import Tracking

/// Databases of PostgreSQL that MLflow uses, too, that others use, and that go away.
@Suite struct PostgreSQLTrackingTests {
    @Test(.needs(.postgresql, .mlflowPython)) func bothReadWhatEitherWrote() async throws {
        let folder = try TemporaryFolder()
        let uri = try await TestDatabases.make()
        let ours = try await MLflowExchangeTests.write(to: uri, artifactRoot: folder.path("files"))
        let oursRead = try await Snapshot(ours)
        struct Response: Decodable, Sendable {
            var ours: Snapshot
            var both: Snapshot
            var migrationMessages: String
        }
        let response = try await MLflowOracle.json(
            Response.self, Snapshot.python + "\n" + Self.python,
            [uri.replacing("postgresql:", with: "postgresql+psycopg:")])
        #expect(!response.migrationMessages.contains("Updating database tables"), "MLflow migrated our tables")
        #expect(response.ours == oursRead)
        #expect(oursRead.runs.count == 6)
        #expect(try await Snapshot(ours) == response.both)
        #expect(response.both.runs.count == 7)
        try await ours.close()
    }

    private static let python = #"""
        import io
        logging.disable(logging.NOTSET)
        log = io.StringIO()
        logging.getLogger("mlflow").addHandler(logging.StreamHandler(log))
        client = MlflowClient(sys.argv[1])
        result = {"ours": snapshot(client), "migrationMessages": log.getvalue()}
        known = [r for r in client.search_runs([e.experiment_id for e in client.search_experiments()])
                 if r.info.run_name == "renamed 'run'"][0]
        client.log_metric(known.info.run_id, "auc", 0.99, timestamp=11, step=3)
        client.set_tag(known.info.run_id, "from", "python")
        added = client.create_run(known.info.experiment_id, run_name="by python")
        client.log_param(added.info.run_id, "p", 1)
        result["both"] = snapshot(client)
        print(json.dumps(result))
        """#

    /// Made by MLflow, used as it is.
    @Test(.needs(.postgresql, .mlflowPython)) func aDatabaseOfMLflowsIsUsedAsItIs() async throws {
        let uri = try await TestDatabases.make()
        try await MLflowOracle.run(
            """
            import os, sys
            os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
            from mlflow import MlflowClient
            client = MlflowClient(sys.argv[1])
            run = client.create_run(client.create_experiment("theirs", artifact_location="s3://bucket/x"))
            client.log_metric(run.info.run_id, "m", 0.5)
            """, [uri.replacing("postgresql:", with: "postgresql+psycopg:")])
        let client = try await TrackingClient.open(uri.replacing("postgresql:", with: "postgresql+psycopg2:"))
        let best = try await client.experiment(named: "theirs").bestRun(by: "m")
        #expect(best?.metrics["m"]?.value == 0.5)
        #expect(best?.artifactURI.hasPrefix("s3://bucket/x/") == true)
        try await client.close()
    }

    @Test(.needs(.postgresql)) func manyMayMakeTheSameTablesAtOnce() async throws {
        let uri = try await TestDatabases.make()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let client = try await TrackingClient.open(uri)
                    let experiment = try await client.experiment(named: "shared")
                    try await experiment.startRun().end()
                    try await client.models.register("fraud", source: "s3://bucket/x")
                    try await client.close()
                    return experiment.id
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let client = try await TrackingClient.open(uri, options: TrackingOptions(isReadOnly: true))
        #expect(try await client.runs(inExperiments: nil).all().count == 6)
        #expect(try await client.models.versions().all().map(\.version).sorted() == [1, 2, 3, 4, 5, 6])
        await expect(.readOnly) { _ = try await client.experiment(named: "new") }
        try await client.close()
    }

    @Test(.needs(.postgresql)) func whatCannotBeUsedIsReportedAndLeftAsItIs() async throws {
        let uri = try await TestDatabases.make()
        let pool = PostgreSQLPool(try PostgreSQLConfiguration(uri), maximumConnections: 1)
        try await pool.withConnection {
            try $0.simple("CREATE TABLE invoices (id int); INSERT INTO invoices VALUES (1)")
        }
        await expect(.incompatibleDatabase) { _ = try await TrackingClient.open(uri) }
        let tables = try await pool.withConnection { connection in
            try connection.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").firstValue
        }
        #expect(tables == .integer(1))
        await pool.close()
        for (location, code) in [
            (uri.replacing("antifraud-secret", with: "wrong-secret"), TrackingError.Code.unavailable),
            (uri + "-none", .unavailable), ("postgresql://u:other-secret@127.0.0.1:1/x", .unavailable),
            ("postgresql://u:other-secret@127.0.0.1:x/x", .invalidValue),
        ] {
            do {
                _ = try await TrackingClient.open(location)
                Issue.record("\(location) was opened")
            } catch let error as TrackingError {
                #expect(error.code == code, "\(error)")
                #expect(!error.description.contains("secret"), "\(error)")
            }
        }
    }

    /// An older layout: reported with its revision and the command that upgrades it.
    @Test(.needs(.postgresql)) func anOlderLayoutIsReported() async throws {
        let uri = try await TestDatabases.make()
        try await TrackingClient.open(uri).close()
        let pool = PostgreSQLPool(try PostgreSQLConfiguration(uri), maximumConnections: 1)
        try await pool.withConnection { connection in
            try connection.simple(
                "ALTER TABLE metrics DROP COLUMN is_nan; UPDATE alembic_version SET version_num = '451aebb31d03'")
        }
        await pool.close()
        do {
            _ = try await TrackingClient.open(uri)
            Issue.record("it was opened")
        } catch let error as TrackingError {
            #expect(error.code == .incompatibleDatabase && error.message.contains("mlflow db upgrade"))
            #expect(error.message.contains("451aebb31d03") && error.message.contains("is_nan"))
            #expect(!error.description.contains("secret"))
        }
    }

    /// A batch that is sent again, whole or in part, adds nothing.
    @Test(.needs(.postgresql)) func longHistoriesAreStoredOnce() async throws {
        let client = try await TrackingClient.open(TestDatabases.make())
        let run = try await client.experiment(named: "e").startRun()
        var points: [Metric] = []
        for index in 0..<60_000 {
            let value = index % 7 == 0 ? Double.nan : Double(index) / 3
            points.append(
                Metric(
                    key: "m\(index % 3)", value: value, timestamp: Timestamp(millisecondsSince1970: Int64(index)),
                    step: Int64(index)))
        }
        try await run.log(points)
        try await run.log(Array(points[20_000..<30_000]))
        try await run.log([points[5], points[5]] + points[0..<1000])
        for key in ["m0", "m1", "m2"] {
            let steps = try await run.history(of: key).all().map(\.step)
            let expected: [Int64] = points.filter { $0.key == key }.map { $0.step }
            #expect((steps == expected) == true)
        }
        let latest = try await run.record().metrics
        #expect(latest["m2"]?.step == 59_999 && latest["m1"]?.step == 59_998 && latest["m0"]?.step == 59_997)
        try await client.close()
    }

    /// Killed and started again under load: every value that the journal accepted is there once.
    @Test(.needs(.postgresql)) func aServerThatIsKilledUnderLoadLosesNothing() async throws {
        let folder = try TemporaryFolder()
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.postgresql) }
        let uri = try server.postgresql().uri
        let journal = try TrackingJournal(
            folder: folder.path("journal"),
            options: JournalOptions(
                interval: .milliseconds(5), firstRetryDelay: .milliseconds(20), longestRetryDelay: .milliseconds(300))
        ) { try await TrackingClient.open(uri) }
        let run = try journal.startRun(experiment: "e", name: "r")
        _ = try await run.id(within: .seconds(60))
        let direct = try await TrackingClient.open(uri)
        let logging = Task {
            for step in 0..<20_000 {
                try run.log(metric: "m", Double(step), step: Int64(step))
                if step % 20 == 0 { try await Task.sleep(for: .milliseconds(2)) }
            }
            try run.end()
        }
        for _ in 0..<2 {
            try await Task.sleep(for: .milliseconds(300))
            try await onDedicatedThread(named: "server") { _ in try server.kill() }
            await expect(.unavailable) { _ = try await direct.run(id: run.token).record() }
            try await Task.sleep(for: .milliseconds(300))
            try await onDedicatedThread(named: "server") { _ in try server.start() }
        }
        try await logging.value
        #expect(await journal.close(within: .seconds(120)))
        let steps = try await direct.run(id: run.token).history(of: "m").all().map(\.step)
        #expect((steps.sorted() == (0..<20_000).map(Int64.init)) == true)
        #expect(try await direct.runs(inExperiments: nil).all().map(\.status) == [.finished])
        try await direct.close()
    }

    /// Two processes log to one run, each through a journal, and are killed.
    @Test(.needs(.postgresql)) func twoProcessesLogToOneRun() async throws {
        let folder = try TemporaryFolder()
        let uri = try await TestDatabases.make()
        let client = try await TrackingClient.open(uri)
        let run = try await client.experiment(named: "e").startRun()
        let logs = ["a", "b"].map(folder.path)
        let children = try logs.map { try TrackingWriter.start(["journal", uri, run.id, $0, folder.path("journal")]) }
        while try await run.record().metrics.count < 2 || logs.contains(where: { Self.acknowledged($0).count < 500 }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        for child in children {
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
        }
        let replayed = try await TrackingJournal.replay(folder: folder.path("journal")) {
            try await TrackingClient.open(uri)
        }
        #expect(replayed.map(\.isDelivered) == [true, true])
        for (child, log) in zip(children, logs) {
            let steps = try await run.history(of: "m\(child.processIdentifier)").all().map(\.step)
            let acknowledged = Self.acknowledged(log)
            #expect(Set(steps).isSuperset(of: acknowledged) && Set(steps).count == steps.count)
            #expect(steps.count <= acknowledged.count + 1)
        }
        try await client.close()
    }

    private static func acknowledged(_ log: String) -> [Int64] {
        ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").compactMap { Int64($0) }
    }
}
