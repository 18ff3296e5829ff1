import BenchmarkSupport
import Columnar
import Features
import Foundation

/// The Handbook's fifteen features by a plan and by `FeaturePipeline`, which has the same bits.
struct HandbookSpeed {
    private let transactions: TransactionColumns
    private let batch: RecordBatch

    init(rows: Int) throws {
        var random = SeededNumbers(7)
        let span = 183 * 86_400_000_000 / Int64(max(1, rows))
        let times = (0..<rows).map { 1_522_540_800_000_000 + Int64($0) * span + Int64(random.below(Int(span))) }
        let customers = (0..<rows).map { _ in Int64(random.below(max(1, rows / 350))) }
        let terminals = (0..<rows).map { _ in Int64(random.below(max(1, rows / 175))) }
        let amounts = (0..<rows).map { _ in Double(1 + random.below(200) * random.below(150)) / 100 }
        batch = try RecordBatch(
            schema: TransactionSchema.handbook.tableSchema(),
            columns: [
                .int64((0..<rows).map { Int64($0) }), .timestamp(times), .int64(customers), .int64(terminals),
                .float64(amounts), .int64(times.map { ($0 - 1_522_540_800_000_000) / 1_000_000 }),
                .int32(times.map { Int32(($0 - 1_522_540_800_000_000) / 86_400_000_000) }),
                .int32((0..<rows).map { _ in random.below(120) == 0 ? 1 : 0 }),
                .int32([Int32](repeating: 0, count: rows)),
            ])
        transactions = try TransactionColumns(batch)
    }

    func compare(runs: Int) throws {
        let engine = try FeatureEngine(.windows(), schema: .handbook)
        let threads = ProcessInfo.processInfo.activeProcessorCount
        for threads in [1, threads] {
            var plan = Contest("the plan"), pipeline = Contest("FeaturePipeline")
            var areEqual = true
            for _ in 0..<runs {
                var expected: [[Float]] = [], columns: [[Float]] = []
                pipeline.add(ProcessUsage.of { expected = FeaturePipeline().columns(transactions, threads: threads) })
                var history = engine.makeHistory()
                try plan.add(
                    ProcessUsage.of { columns = try engine.columns(batch, history: &history, threads: threads) })
                areEqual = areEqual && columns.map { $0.map(\.bitPattern) } == expected.map { $0.map(\.bitPattern) }
            }
            let title = "the Handbook's features of \(transactions.count) rows, \(threads) threads"
            report(
                "processor time of \(title), bits \(areEqual ? "equal" : "DIFFER")", ours: plan.cpu,
                peers: [pipeline.cpu])
            report("time of \(title)", ours: plan.wall, peers: [pipeline.wall])
        }
        try compareOnline()
    }

    /// One transaction after the other.
    private func compareOnline() throws {
        let engine = try FeatureEngine(.windows(), schema: .handbook)
        var history = engine.makeHistory()
        _ = try engine.columns(batch, history: &history)
        let pipeline = FeaturePipeline()
        var state = pipeline.makeState()
        _ = try pipeline.columns(transactions, state: &state)
        var latencies = (plan: Latencies(), pipeline: Latencies())
        var row = [Float](repeating: 0, count: 15)
        for index in max(0, transactions.count - 200_000)..<transactions.count {
            let transaction = transactions[index]
            let record = TransactionRecord([
                .integer(transaction.transactionID), .time(transaction.dateTime), .integer(transaction.customerID),
                .integer(transaction.terminalID), .number(transaction.amount), .integer(transaction.timeSeconds),
                .integer(Int64(transaction.timeDays)), .integer(0), .integer(0),
            ])
            try row.withUnsafeMutableBufferPointer { row in
                try latencies.plan.measure { try engine.compute(record, history: history, into: row) }
                latencies.pipeline.measure { pipeline.compute(transaction, state: state, into: row) }
            }
        }
        print("\none transaction: the plan \(latencies.plan), FeaturePipeline \(latencies.pipeline)")
    }
}
