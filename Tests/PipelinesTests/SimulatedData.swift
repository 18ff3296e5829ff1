import Columnar
import DataPrep
import Features
import StorageIO
import TestSupport

/// Simulated transactions in a store in memory.
struct SimulatedData {
    let stores = ObjectStoreRegistry()
    let location = "memory://tests/transactions.parquet"
    let table: RecordBatch

    /// About 30,000 transactions of 40 days.
    init(transactions: Int = 30_000, days: Int = 40, seed: UInt64 = 3) async throws {
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: transactions, days: days, seed: seed))
        var batches: [RecordBatch] = []
        for try await batch in simulator.batches(threads: 2) { batches.append(batch) }
        table = try RecordBatch.concatenating(batches, schema: batches[0].schema)
        try await write(table, to: location)
    }

    func write(_ table: RecordBatch, to location: String) async throws {
        let stream = AsyncThrowingStream<RecordBatch, any Error> { continuation in
            continuation.yield(table)
            continuation.finish()
        }
        try await DataSet.write(stream, schema: table.schema, to: stores.resolve(location))
    }

    /// The rows before and from a day on, counted from the first.
    func split(atDay day: Int32) throws -> (before: RecordBatch, after: RecordBatch) {
        let days = try TransactionColumns(table).timeDays
        return (
            table.take(days.indices.filter { days[$0] < day }),
            table.take(days.indices.filter { days[$0] >= day })
        )
    }
}
