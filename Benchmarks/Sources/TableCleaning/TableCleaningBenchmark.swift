import BenchmarkSupport
import DataPrep
import Features
import Foundation
import StorageIO

/// Quoted CSV of any columns, text among them, to clean snappy Parquet by a schema, compared with DuckDB and Polars.
///
///     swift run -c release TableCleaning [ROWS] [RUNS] [MEMORY_MIB]
///
/// The table is made first, in the layout of the Sparkov simulator's files with missing, invalid and repeated rows. All
/// contestants use two threads, compute the same rules and read the same file in turn. Each is a process of its own, whose
/// peak memory and processor time are read.
@main
struct TableCleaningBenchmark {
    /// What a contestant reports besides its time.
    struct Outcome {
        var rowsKept = 0
        /// Peak, in KiB.
        var memory = 0
    }

    let scratch = FileManager.default.temporaryDirectory.appending(path: "table-cleaning-benchmark-\(getpid())")
    var options = CleaningOptions()
    var outcomes: [String: Outcome] = [:]

    static func main() async throws {
        let arguments = CommandLine.arguments
        var benchmark = TableCleaningBenchmark()
        if arguments.count > 3, let limit = Int(arguments[3]) { benchmark.options.memoryLimit = limit << 20 }
        try await benchmark.run(
            rows: arguments.count > 1 ? Int(arguments[1]) ?? 5_000_000 : 5_000_000,
            arguments.count > 2 ? Int(arguments[2]) ?? 3 : 3)
    }

    mutating func run(rows: Int, _ runs: Int) async throws {
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        _ = try Peer(tableProgram).run([file("raw.csv"), "\(rows)"])
        let peers = [("DuckDB", duckDBProgram), ("Polars", polarsProgram)]
        var ours = (wall: Measurement("Antifraud"), processor: Measurement("Antifraud, processor"))
        var theirs = peers.map { (wall: Measurement($0.0), processor: Measurement("\($0.0), processor")) }
        for _ in 0..<runs {
            let seconds = try await clean()
            ours.wall.seconds.append(seconds.wall)
            ours.processor.seconds.append(seconds.processor)
            for (index, peer) in peers.enumerated() {
                let seconds = try self.peer(peer.1, peer.0)
                theirs[index].wall.seconds.append(seconds.wall)
                theirs[index].processor.seconds.append(seconds.processor)
            }
        }
        let differing = try Peer(comparisonProgram).run(["Antifraud", "DuckDB"].map { file($0 + ".parquet") })
        report("Cleaning \(rows) rows by a schema, 2 threads", ours: ours.wall, peers: theirs.map(\.wall))
        report("The same in processor time", ours: ours.processor, peers: theirs.map(\.processor))
        for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            print("  \(name): \(outcome.rowsKept) rows kept, peak memory \(outcome.memory / 1024) MB")
        }
        print("  rows that only Antifraud or only DuckDB keeps: \(differing)")
    }

    private func file(_ name: String) -> String { scratch.appending(path: name).path }

    private mutating func clean() async throws -> (wall: Double, processor: Double) {
        let store = try LocalObjectStore(folder: scratch.path), before = ProcessUsage.now.cpu
        let cleaner = TableCleaner(schema: try TransactionSchema(json: Array(schemaText.utf8)), options: options)
        let report = try await cleaner.clean(
            DataFiles.find(ObjectStoreRegistry().resolve(file("raw.csv"))),
            to: .file(ObjectKey("Antifraud.parquet"), in: store))
        // The process holds nothing else, so its peak is the cleaner's.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst()
            .first
        outcomes["Antifraud"] = Outcome(rowsKept: report.rowsKept, memory: peak.flatMap { Int($0) } ?? 0)
        return (report.seconds, ProcessUsage.now.cpu - before)
    }

    /// Runs a peer, which prints rows kept, its peak memory in KiB, its seconds of processor time and its seconds.
    private mutating func peer(_ program: String, _ name: String) throws -> (wall: Double, processor: Double) {
        let lines = try Peer(program).run([file("raw.csv"), file(name + ".parquet")])
            .split(separator: "\n").suffix(4).map(String.init)
        outcomes[name] = Outcome(
            rowsKept: Int(lines[0]) ?? 0, memory: max(outcomes[name]?.memory ?? 0, Int(lines[1]) ?? 0))
        return (Double(lines[3]) ?? .nan, Double(lines[2]) ?? .nan)
    }
}
