import Foundation
import TestSupport
import Testing

/// The whole system with all data, models and artifacts in S3, and in HDFS.
@Suite struct RemoteQuickstartTests {
    struct Result: Decodable {
        struct Publication: Decodable { var modelVersion: Int }
        var champion: String?
        var metrics: [String: Double]
        var publication: Publication
    }

    @Test(.needs(.s3, .hdfs, .python), arguments: ["s3", "hdfs"])
    func everythingFarAway(scheme: String) throws {
        let folder = try TemporaryFolder()
        let locations = try RemoteLocations()
        let output = scheme == "s3" ? locations.s3("quickstart") : locations.hdfs("quickstart")
        let arguments = ["--transactions", "60000", "--stream", "2000", "-q"]
        let environment = locations.environment
        let first = try Executable.json(
            Result.self, "quickstart", arguments + ["--output", output], in: folder, environment: environment)
        // The champion's model comes from the run's artifacts.
        let second = try Executable.json(
            Result.self, "quickstart", arguments + ["--output", output], in: folder, environment: environment)
        #expect(first.champion == nil && second.champion == "version 1" && second.publication.modelVersion == 2)
        let here = try Executable.json(
            Result.self, "quickstart", arguments + ["--output", "here"], in: folder, environment: environment)
        #expect(first.metrics["test_roc_auc"] == here.metrics["test_roc_auc"])
        // Of all that was written, only the runs' database is on this machine.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path(percentEncoded: false))
        #expect(names.filter { !$0.hasPrefix(".") }.sorted() == ["here", "mlflow.db"])
        let scored = try Executable.run(
            "score-transactions",
            [
                "--data", output + "/clean.parquet", "--model", output + "/model", "--output",
                output + "/scores.parquet", "-q",
            ], in: folder, environment: environment)
        #expect(scored.status == 0, "\(scored.errors)")
        let copied = try Executable.run(
            "copy-data", [output, "back/"], in: folder, environment: environment)
        #expect(copied.status == 0, "\(copied.errors)")
        let rows = try Oracle.run(
            "import sys, pyarrow.parquet as pq; print(*(pq.read_metadata(f).num_rows for f in sys.argv[1:]))",
            [folder.path("back/scores.parquet"), folder.path("here/clean.parquet")]
        ).split { $0.isWhitespace }
        #expect(rows.count == 2 && rows[0] == rows[1])
    }
}
