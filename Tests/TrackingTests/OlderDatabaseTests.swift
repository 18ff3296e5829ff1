import Foundation
import TestSupport
import Testing
import Tracking

/// Databases of earlier MLflow versions, made by MLflow's own migrations up to their revision.
@Suite struct OlderDatabaseTests {
    @Test(.needs(.mlflowPython)) func version2IsUsedAsItIsAndMLflowUpgradesItAfterwards() async throws {
        let folder = try TemporaryFolder()
        let (usable, unusable) = (folder.path("2.15.db"), folder.path("2.2.db"))
        // 2.15 has no workspaces; 2.2 has no data sets.
        try await MLflowOracle.run(
            Self.make, ["4465047574b1", usable, "3500859a5d39", unusable])

        do {
            _ = try await TrackingClient.open("sqlite:///\(unusable)")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == .incompatibleDatabase)
            #expect(
                error.description.contains("revision 3500859a5d39") && error.description.contains("mlflow db upgrade"))
        }

        let client = try await TrackingClient.open("sqlite:///\(usable)")
        let experiment = try await client.experiment(named: "e", tags: ["a": "b"])
        try await experiment.setTag("a", "c")
        let run = try await experiment.startRun(name: "n")
        try await run.log(parameters: ["p": 1])
        try await run.log(metric: "m", 0.5, step: 2)
        try await run.log(metric: "m", 0.25, step: 1)
        try await run.setTag("t", "x")
        try await run.setTag("t", "y")
        try await run.end()
        try await client.models.register("model", source: "runs:/\(run.id)/model", tags: ["k": "v"])
        try await client.models.setTag("k", "v", of: "model")
        try await client.models.setTag("k", "w", of: "model")
        try await client.models.setTag("k", "w", ofVersion: 1, of: "model")
        try await client.models.setAlias("champion", of: "model", to: 1)
        try await client.models.rename("model", to: "renamed")
        #expect(try await experiment.runs(matching: "metrics.m = 0.5 and tags.t = 'y'").all().count == 1)
        #expect(try await client.models.resolve("models:/renamed@champion").tags == ["k": "w"])
        let written = try await Snapshot(client)
        try await client.close()

        let upgraded = try await MLflowOracle.json(
            Snapshot.self, Snapshot.python + "\n" + Self.upgrade, ["sqlite:///\(usable)"])
        #expect(upgraded == written)
        let again = try await TrackingClient.open("sqlite:///\(usable)")
        var read = try await Snapshot(again)
        read.experiments.removeAll { $0.name == "Default" }
        #expect(read == written)
        try await again.close()
    }

    private static let make = #"""
        import logging, sys
        logging.disable(logging.CRITICAL)
        import sqlalchemy
        from alembic import command
        from mlflow.store.db.utils import InitialBase, _get_alembic_config
        for revision, path in zip(sys.argv[1::2], sys.argv[2::2]):
            url = "sqlite:///" + path
            engine = sqlalchemy.create_engine(url)
            InitialBase.metadata.create_all(engine)
            with engine.begin() as connection:
                config = _get_alembic_config(url)
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
        """#

    private static let upgrade = #"""
        import sqlalchemy
        from mlflow.store.db.utils import _upgrade_db
        _upgrade_db(sqlalchemy.create_engine(sys.argv[1]))
        # MLflow makes this experiment when it first opens a database; this library leaves others' databases alone.
        result = snapshot(MlflowClient(sys.argv[1]))
        result["experiments"] = [e for e in result["experiments"] if e["name"] != "Default"]
        print(json.dumps(result))
        """#
}
