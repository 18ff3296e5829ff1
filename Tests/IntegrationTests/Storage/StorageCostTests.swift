import Foundation
import TestSupport
import Testing

@Suite(.needs(.python)) struct StorageCostTests {
    struct Cost: Decodable {
        struct Part: Decodable {
            var total: Double
            var nodes: Int?
        }
        var bucket: Part
        var cluster: Part
        var ratio: Double
        var currency: String
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// 40 files of 2.8 GB: about 250 roubles in the bucket, a hundred times as much on a cluster at 36 roubles an hour.
    @Test func theOriginalCosts() throws {
        let cost = try Executable.json(
            Cost.self, "storage-cost", ["--size", "112G", "--objects", "40", "--report", "cost.html"], in: folder)
        #expect(abs(cost.bucket.total - 250) < 5 && cost.currency == "RUB")
        #expect(cost.cluster.total == 36 * 720 && cost.cluster.nodes == 4)
        #expect(abs(cost.ratio - 100) < 5)
        let page = try String(contentsOfFile: folder.path("cost.html"), encoding: .utf8)
        #expect(page.contains("<svg") && page.contains("25\u{202F}920 RUB"))
    }

    @Test func pricesReplicationAndNodesCanBeChosen() throws {
        let table = try Executable.run("storage-cost", ["--print-prices"], in: folder)
        let doubled = table.output.replacing("\"node_hour\" : 9", with: "\"node_hour\" : 18")
        try #require(doubled != table.output)
        try Data(doubled.utf8).write(to: folder.url.appending(path: "prices.json"))
        let cost = try Executable.json(
            Cost.self, "storage-cost", ["--size", "1T", "--prices", "prices.json", "--replication", "2"], in: folder)
        // 2 TB on data nodes of 128 GB: 16, and a name node.
        #expect(cost.cluster.nodes == 17 && cost.cluster.total == 17 * 18 * 720)
        let refused = try Executable.run("storage-cost", ["--size", "1T", "--nodes", "4"], in: folder)
        #expect(refused.status == 1 && refused.errors.contains("25 are needed"), "\(refused.errors)")
        try Data("{\"currency\": \"EUR\"}".utf8).write(to: folder.url.appending(path: "bad.json"))
        let bad = try Executable.run("storage-cost", ["--size", "1T", "--prices", "bad.json"], in: folder)
        #expect(bad.status == 1 && bad.errors.contains("bad.json") && bad.errors.contains("missing"), "\(bad.errors)")
    }

    @Test(.needs(.s3, .hdfs)) func objectsAtALocationAreAddedUp() throws {
        struct Usage: Decodable {
            struct Amounts: Decodable {
                var objects: Int
                var bytes: Int
            }
            var usage: Amounts
        }
        let locations = try RemoteLocations()
        for name in ["a", "b/c"] {
            try locations.python(
                "boto3.client('s3').put_object(Bucket=sys.argv[1], Key=sys.argv[2], Body=b'x' * 1000)",
                [
                    locations.bucket, name,
                ])
        }
        let found = try Executable.json(
            Usage.self, "storage-cost", [locations.s3("")], in: folder, environment: locations.environment)
        #expect(found.usage.objects == 2 && found.usage.bytes == 2_000)
    }
}
