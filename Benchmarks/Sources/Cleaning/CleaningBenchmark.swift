import BenchmarkSupport
import DataPrep
import Foundation
import StorageIO

/// Raw text to clean snappy Parquet, compared with DuckDB and Polars.
///
///     swift run -c release Cleaning FOLDER [OUTLIERS] [RUNS] [MEMORY_MIB]
///
/// FOLDER holds raw files of transactions (`*.txt`). All contestants use two threads, compute the same rules and read the
/// same files in turn; the files are in the page cache after the first run.
@main
struct CleaningBenchmark {
    /// What a contestant reports besides its time.
    struct Outcome {
        var rowsKept = 0
        /// Peak, in KiB.
        var memory = 0
    }

    let folder: String
    let outliers: OutlierRule
    var options = CleaningOptions()
    let scratch = FileManager.default.temporaryDirectory.appending(path: "cleaning-benchmark-\(getpid())")
    var outcomes: [String: Outcome] = [:]

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: Cleaning FOLDER [OUTLIERS] [RUNS] [MEMORY_MIB]")
            exit(2)
        }
        var benchmark = CleaningBenchmark(
            folder: arguments[1], outliers: try OutlierRule(parsing: arguments.count > 2 ? arguments[2] : "iqr:1.5"))
        if arguments.count > 4, let limit = Int(arguments[4]) { benchmark.options.memoryLimit = limit << 20 }
        try await benchmark.run(arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3)
    }

    mutating func run(_ runs: Int) async throws {
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        var ours = Measurement("Antifraud"), duckDB = Measurement("DuckDB"), polars = Measurement("Polars")
        for _ in 0..<runs {
            ours.seconds.append(try await clean())
            duckDB.seconds.append(try peer(duckDBProgram, "DuckDB"))
            polars.seconds.append(try peer(polarsProgram, "Polars"))
        }
        let differing = try Peer(comparisonProgram).run(["ours", "DuckDB"].map(file))
        report("Cleaning to Parquet, \(outliers), 2 threads", ours: ours, peers: [duckDB, polars])
        for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            print("  \(name): \(outcome.rowsKept) rows kept, peak memory \(outcome.memory / 1024) MB")
        }
        print("  rows that only Antifraud or only DuckDB keeps: \(differing)")
    }

    private func file(_ name: String) -> String { scratch.appending(path: name + ".parquet").path }

    private mutating func clean() async throws -> Double {
        let store = try LocalObjectStore(folder: folder), output = try LocalObjectStore(folder: scratch.path)
        var keys: [ObjectKey] = []
        for try await object in store.list(prefix: "") where object.key.path.hasSuffix(".txt") {
            keys.append(object.key)
        }
        let cleaner = Cleaner(plan: CleaningPlan(outliers: outliers), options: options)
        let report = try await cleaner.clean(
            keys, in: store, to: .file(try ObjectKey("ours.parquet"), in: output))
        // The process holds nothing else, so its peak is the cleaner's.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst()
            .first
        outcomes["Antifraud"] = Outcome(rowsKept: report.rowsKept, memory: peak.flatMap { Int($0) } ?? 0)
        return report.seconds
    }

    /// Runs a peer, which prints rows kept, its peak memory in KiB and its seconds.
    private mutating func peer(_ program: String, _ name: String) throws -> Double {
        let lines = try Peer(program).run([folder, file(name), "\(outliers)"])
            .split(separator: "\n").suffix(3).map(String.init)
        outcomes[name] = Outcome(
            rowsKept: Int(lines[0]) ?? 0, memory: max(outcomes[name]?.memory ?? 0, Int(lines[1]) ?? 0))
        return Double(lines[2]) ?? .nan
    }
}
