import BenchmarkSupport
import Columnar
import Features
import Foundation

/// One transaction at a time, with the sixty features, against a history of many keys; and what the history needs of memory.
enum OnlineSpeed {
    static func report(keys: Int) throws {
        let engine = try FeatureEngine(try SixtyFeatures().plan, schema: MadeUpTable.schema)
        // Each set of keys has a history: pairs of a card and a merchant are the most.
        let table = MadeUpTable(rows: 2 * keys, cards: keys / 2)
        var history = engine.makeHistory()
        let before = residentMegabytes
        try fill(engine, table, &history)
        let resident = residentMegabytes - before
        let (keyCount, eventCount) = (history.keyCount, history.eventCount)
        print("\n\(keyCount) keys with \(eventCount) rows")
        print(
            String(
                format: "  memory %.0f MB, by its own count %.0f MB: %.0f bytes a key, or %.0f a row", resident,
                Double(history.byteCount) / 1e6, resident * 1e6 / Double(keyCount), resident * 1e6 / Double(eventCount))
        )

        var compute = Latencies(), record = Latencies()
        var row = [Float](repeating: 0, count: engine.count)
        var random = SeededNumbers(3)
        for index in 0..<200_000 {
            var transaction = table.record(random.below(table.times.count))
            transaction.values[0] = .time((table.times.last ?? 0) + Int64(index) * 1000)
            try row.withUnsafeMutableBufferPointer { row in
                try compute.measure { try engine.compute(transaction, history: history, into: row) }
            }
            try record.measure { try engine.record(transaction, in: &history) }
        }
        print("  \(engine.count) features of one transaction: \(compute); to record it: \(record)")
    }

    /// Records all but the latest part, in parts, so that their features need no memory.
    private static func fill(
        _ engine: FeatureEngine, _ table: MadeUpTable, _ history: inout FeatureHistory
    ) throws {
        let batch = try table.batch()
        let part = 1 << 18
        for start in stride(from: 0, to: batch.rowCount, by: part) {
            let rows = start..<min(batch.rowCount, start + part)
            _ = try engine.columns(batch.slice(rows), history: &history, threads: 2)
        }
    }

    private static var residentMegabytes: Double {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
    }
}

/// Times of many short calls, of the processor that the thread runs on.
struct Latencies: CustomStringConvertible {
    private var nanoseconds: [Int64] = []

    mutating func measure(_ body: () throws -> Void) rethrows {
        let start = Latencies.now
        try body()
        nanoseconds.append(Latencies.now - start)
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Microseconds.
    var description: String {
        let sorted = nanoseconds.sorted()
        guard !sorted.isEmpty else { return "nothing" }
        return String(
            format: "median %.2f, p99 %.2f microseconds", Double(sorted[sorted.count / 2]) / 1000,
            Double(sorted[sorted.count * 99 / 100]) / 1000)
    }
}
