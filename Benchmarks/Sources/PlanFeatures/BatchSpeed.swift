import BenchmarkSupport
import Features
import Foundation

/// The sixty features of a table.
struct BatchSpeed {
    let rows: Int
    let features: SixtyFeatures
    private let threads = ProcessInfo.processInfo.activeProcessorCount

    init(rows: Int) throws {
        self.rows = rows
        features = try SixtyFeatures()
    }

    /// Computes them in this process.
    /// - Parameter values: A file to write them to.
    func ours(threads: Int, values: String? = nil) throws -> ProcessUsage {
        let batch = try MadeUpTable(rows: rows).batch()
        let engine = try FeatureEngine(features.plan, schema: MadeUpTable.schema)
        var history = engine.makeHistory()
        var columns: [[Float]] = []
        let usage = try ProcessUsage.of { columns = try engine.columns(batch, history: &history, threads: threads) }
        if let values {
            var bytes = Data()
            for column in columns { column.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            try bytes.write(to: URL(filePath: values))
        }
        return usage
    }

    /// Compares times and memory.
    func compare(runs: Int) throws {
        try withFolder { folder in
            try MadeUpTable(rows: rows).write(to: folder)
            var ours = Contest("ours, \(threads) threads"), one = Contest("ours, one thread")
            var duckDB = Contest("DuckDB"), polars = Contest("Polars")
            let peerArguments = [folder.path, "\(threads)", folder.appending(path: "features").path]
            for _ in 0..<runs {
                try ours.add(ChildProcess.runSelf(["batch-ours", "\(rows)", "\(threads)"]))
                try duckDB.add(PlanPeers.duckDB.run(peerArguments))
                try one.add(ChildProcess.runSelf(["batch-ours", "\(rows)", "1"]))
                try polars.add(PlanPeers.polars.run(peerArguments))
            }
            let contests = [ours, one, duckDB, polars]
            report(
                "processor time of \(features.features.count) features of \(rows) rows", ours: ours.cpu,
                peers: contests.dropFirst().map(\.cpu))
            report(
                "time of \(features.features.count) features of \(rows) rows", ours: ours.wall,
                peers: contests.dropFirst().map(\.wall))
            print("\nmemory above the table's")
            for contest in contests {
                let ratio = contest.memory.median / ours.memory.median
                print(
                    "  \(contest.wall.name): \(Int(contest.memory.median)) MB, \(String(format: "%.2f", ratio)) x ours")
            }
        }
    }

    /// Compares all values with those of the peers.
    func check() throws {
        try withFolder { folder in
            try MadeUpTable(rows: rows).write(to: folder)
            func path(_ name: String) -> String { folder.appending(path: name).path }
            _ = try ChildProcess.runSelf(["batch-ours", "\(rows)", "\(threads)", path("ours")])
            for (name, peer) in [("DuckDB", PlanPeers.duckDB), ("Polars", PlanPeers.polars)] {
                _ = try peer.run([folder.path, "\(threads)", path("features"), path(name)])
                print("\(name): \(try PlanPeers.comparison.run([path("features"), path("ours"), path(name)]))")
            }
        }
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "antifraud-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = features.features.indices.map {
            "\(features.sql[$0])\t\(features.polars[$0])\t\(features.features[$0].name)\n"
        }
        try Data(lines.joined().utf8).write(to: folder.appending(path: "features"))
        try body(folder)
    }
}
