import Foundation
import TestSupport
import Testing
import Tracking

/// Several writers, MLflow among them, and writers that die.
@Suite struct ConcurrentWritingTests {
    @Test func manyTasksLogAtOnce() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let second = try await TrackingClient.open("sqlite:///\(folder.path("a.db"))")
        let shared = try await client.experiment(named: "e").startRun(name: "shared")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    let own = task % 2 == 0 ? client : second
                    let run = try await own.experiment(named: "e").startRun(name: "r\(task)")
                    let common = try await own.run(id: shared.id)
                    for step in 0..<25 {
                        try await run.log(metric: "m", Double(step), step: Int64(step))
                        try await common.log(
                            metric: "m", Double(step), step: Int64(step),
                            timestamp: Timestamp(millisecondsSince1970: Int64(task)))
                        try await common.log(parameters: ["p\(step)": step])
                    }
                    try await run.end()
                }
            }
            try await group.waitForAll()
        }
        #expect(try await shared.history(of: "m").all().count == 16 * 25)
        let record = try await shared.record()
        #expect(record.metrics["m"] == Metric(key: "m", value: 24, timestamp: 15, step: 24))
        #expect(record.parameters.count == 25)
        let others = try await client.experiment(named: "e").runs(matching: "run_name LIKE 'r%'").all()
        #expect(others.count == 16 && others.allSatisfy { $0.metrics["m"]?.value == 24 && $0.status == .finished })
        try await client.close()
        try await second.close()
    }

    @Test(.needs(.mlflowPython)) func mlflowWritesMeanwhile() async throws {
        let folder = try TemporaryFolder()
        let uri = "sqlite:///\(folder.path("a.db"))"
        let client = try await TrackingClient.open(uri)
        let run = try await client.experiment(named: "e").startRun(name: "both")
        // MLflow fails when another client inserts the row of a tag or of a latest value between its query and its
        // insert: the rows that both change exist before.
        try await run.setTag("tag", "before")
        try await run.log(metric: "both", 0, step: 0, timestamp: 1)
        let python = Task.detached {
            try await MLflowOracle.run(Self.python, [uri, run.id, folder.path("ready")])
        }
        while !FileManager.default.fileExists(atPath: folder.path("ready")) {
            try await Task.sleep(for: .milliseconds(20))
            if FileManager.default.fileExists(atPath: folder.path("failed")) { break }
        }
        for step in 0..<300 {
            try await run.log(metric: "ours", Double(step), step: Int64(step))
            try await run.log(metric: "both", Double(step), step: Int64(step), timestamp: 1)
            try await run.setTag("tag", "ours \(step)")
            if step % 10 == 0 { try await client.experiment(named: "e").startRun(name: "ours").end() }
        }
        #expect(try await python.value.hasSuffix("done\n"))
        for key in ["ours", "theirs", "both"] {
            let history = try await run.history(of: key).all()
            #expect(history.count == 300, "\(key)")
            #expect(Set(history.map(\.step)) == Set(0..<300))
        }
        let record = try await run.record()
        #expect(record.metrics["both"]?.value == 299 && record.metrics["theirs"]?.value == 299)
        #expect(try await client.runs(inExperiments: nil, matching: "run_name = 'ours'").all().count == 30)
        #expect(try await client.runs(inExperiments: nil, matching: "run_name = 'theirs'").all().count == 30)
        try await client.close()
    }

    private static let python = #"""
        import logging, os, sys
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        from mlflow import MlflowClient
        client = MlflowClient(sys.argv[1])
        run = client.get_run(sys.argv[2])
        open(sys.argv[3], "w").close()
        for step in range(300):
            client.log_metric(run.info.run_id, "theirs", step, step=step)
            client.log_metric(run.info.run_id, "both", step, step=step, timestamp=1)
            client.set_tag(run.info.run_id, "tag", f"theirs {step}")
            if step % 10 == 0:
                client.set_terminated(client.create_run(run.info.experiment_id, run_name="theirs").info.run_id)
        print("done")
        """#

    /// What was acknowledged before `kill -9` is there, once, and the file is sound.
    @Test(.needs(.mlflowPython)) func aKilledWriterLosesNothingAcknowledged() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.db")
        let client = try await TrackingClient.open("sqlite:///\(path)")
        let run = try await client.experiment(named: "e").startRun(name: "killed")
        for round in 0..<2 {
            let acknowledged = folder.path("acknowledged\(round)")
            _ = FileManager.default.createFile(atPath: acknowledged, contents: nil)
            let child = try TrackingWriter.start(["direct", "sqlite:///\(path)", run.id, acknowledged])
            let deadline = ContinuousClock.now + .seconds(60)
            while try Data(contentsOf: URL(filePath: acknowledged)).count < 200 * (round + 1),
                ContinuousClock.now < deadline
            {
                try await Task.sleep(for: .milliseconds(5))
            }
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()

            let lines = try String(contentsOfFile: acknowledged, encoding: .utf8).split(separator: "\n")
            let steps = try await client.run(id: run.id).history(of: "m\(child.processIdentifier)").all().map(\.step)
            #expect(lines.count > 10)
            #expect(Set(steps).isSuperset(of: lines.compactMap { Int64($0) }))
            #expect(Set(steps).count == steps.count && steps.count <= lines.count + 1)
        }
        let response = try await MLflowOracle.run(
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchall())",
            [path])
        #expect(response == "[('ok',)]\n")
        try await client.close()
    }
}
