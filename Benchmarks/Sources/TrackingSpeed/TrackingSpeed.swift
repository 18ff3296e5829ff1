import Foundation
import Tracking

/// Our half of Benchmarks/tracking/run.py, one task per process. Prints seconds as JSON.
///
///     TrackingSpeed points URI COUNT             logs COUNT values of ten metrics to one run; durable when it returns
///     TrackingSpeed calls URI COUNT FOLDER       logs COUNT values one by one through a journal in FOLDER
///     TrackingSpeed one-by-one URI COUNT FOLDER  the same without a pause, until all of them are stored
///     TrackingSpeed search URI EXPERIMENT COUNT  finds the ten best runs by a metric and a parameter, COUNT times
@main
struct TrackingSpeed {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4 else {
            FileHandle.standardError.write(Data("TrackingSpeed points|calls|search ...; see its source\n".utf8))
            exit(64)
        }
        switch arguments[1] {
        case "points": try await points(arguments[2], count: Int(arguments[3]) ?? 0)
        case "calls": try await calls(arguments[2], count: Int(arguments[3]) ?? 0, folder: arguments[4])
        case "one-by-one": try await oneByOne(arguments[2], count: Int(arguments[3]) ?? 0, folder: arguments[4])
        default: try await search(arguments[2], experiment: arguments[3], attempts: Int(arguments[4]) ?? 0)
        }
    }

    private static func points(_ uri: String, count: Int) async throws {
        let client = try await TrackingClient.open(uri)
        let run = try await client.experiment(named: "speed").startRun()
        let metrics = (0..<count).map { index in
            Metric(
                key: "m\(index % 10)", value: Double(index) / 7,
                timestamp: Timestamp(millisecondsSince1970: 1_700_000_000_000), step: Int64(index / 10))
        }
        let seconds = try await ContinuousClock().measure { try await run.log(metrics) }
        try await run.end()
        let stored = try await run.history(of: "m3").all().count
        guard stored == (count + 6) / 10 else { throw Failure(text: "\(stored) values of m3 are stored") }
        try await client.close()
        report(["seconds": seconds.inSeconds])
    }

    private static func calls(_ uri: String, count: Int, folder: String) async throws {
        let journal = try TrackingJournal(folder: folder) { try await TrackingClient.open(uri) }
        let run = try journal.startRun(experiment: "speed")
        _ = try await run.id()
        var latencies: [Double] = []
        latencies.reserveCapacity(count)
        let clock = ContinuousClock()
        for step in 0..<count {
            let start = clock.now
            try run.log(metric: "loss", 1 / Double(step + 1), step: Int64(step))
            latencies.append((clock.now - start).inSeconds)
            // A training loop computes something between its calls: here for a millisecond.
            while clock.now - start < .milliseconds(1) {}
        }
        try run.end()
        guard await journal.close(within: .seconds(60)) else { throw Failure(text: "the journal was not delivered") }
        latencies.sort()
        report(["median": latencies[count / 2], "p99": latencies[min(count - 1, count * 99 / 100)]])
    }

    private static func oneByOne(_ uri: String, count: Int, folder: String) async throws {
        let journal = try TrackingJournal(folder: folder) { try await TrackingClient.open(uri) }
        let run = try journal.startRun(experiment: "speed")
        _ = try await run.id()
        let start = ContinuousClock.now
        for step in 0..<count { try run.log(metric: "loss", 1 / Double(step + 1), step: Int64(step)) }
        guard await journal.close(within: .seconds(600)) else { throw Failure(text: "the journal was not delivered") }
        report(["seconds": (ContinuousClock.now - start).inSeconds])
    }

    private static func search(_ uri: String, experiment: String, attempts: Int) async throws {
        let client = try await TrackingClient.open(uri)
        let experiment = try await client.experiment(named: experiment)
        var seconds: [Double] = []
        var found: [String] = []
        for _ in 0..<attempts {
            let start = ContinuousClock.now
            found = try await experiment.runs(
                matching: "metrics.auc > 0.9 and params.depth = '5'", orderBy: ["metrics.auc DESC"], pageSize: 10
            ).page().elements.map(\.id)
            seconds.append((ContinuousClock.now - start).inSeconds)
        }
        try await client.close()
        seconds.sort()
        report(["seconds": seconds[attempts / 2]], runs: found)
    }

    struct Failure: Error, CustomStringConvertible {
        var text: String
        var description: String { text }
    }

    private static func report(_ values: [String: Double], runs: [String]? = nil) {
        var fields = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        if let runs { fields.append("\"runs\": [\(runs.map { "\"\($0)\"" }.joined(separator: ", "))]") }
        print("{\(fields.joined(separator: ", "))}")
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
