import BenchmarkSupport
import Columnar
import Features
import Foundation

/// Features that a plan declares: sixty of a table, compared with DuckDB's window functions and Polars' rolling ones; one
/// transaction at a time; and the Handbook's fifteen, compared with `FeaturePipeline`.
///
///     swift run -c release PlanFeatures [batch|online|handbook|check|all] [ROWS] [RUNS] [KEYS]
///
/// Each contestant runs in a process of its own. Making the table is not measured, its memory is. DuckDB, Polars and ours use all
/// processors.
@main
struct PlanFeatures {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let name = arguments.first ?? "all"
        let rows = number(arguments, 1, 5_000_000), runs = number(arguments, 2, 3),
            keys = number(arguments, 3, 1_000_000)
        switch name {
        case "batch": try BatchSpeed(rows: rows).compare(runs: runs)
        case "online": try OnlineSpeed.report(keys: keys)
        case "handbook": try HandbookSpeed(rows: rows).compare(runs: runs)
        case "check": try BatchSpeed(rows: min(rows, 200_000)).check()
        case "all":
            try BatchSpeed(rows: min(rows, 200_000)).check()
            try BatchSpeed(rows: rows).compare(runs: runs)
            try HandbookSpeed(rows: rows).compare(runs: runs)
            try OnlineSpeed.report(keys: keys)
        // What a process does that one of the above starts.
        case "batch-ours":
            print(try BatchSpeed(rows: rows).ours(threads: runs, values: arguments.dropFirst(3).first).line)
        default:
            print("usage: PlanFeatures [batch|online|handbook|check|all] [ROWS] [RUNS] [KEYS]")
            exit(2)
        }
    }

    private static func number(_ arguments: [String], _ index: Int, _ standard: Int) -> Int {
        arguments.count > index ? Int(arguments[index]) ?? standard : standard
    }
}
