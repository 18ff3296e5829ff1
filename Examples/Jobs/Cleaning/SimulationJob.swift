import Columnar
package import DataPrep
import Features
import Essentials
import JobSupport
package import StorageIO

/// Simulates transactions into a location.
package struct SimulationJob: Sendable {
    package struct Result: Sendable, Codable {
        package var output: String
        package var transactions: Int
        package var frauds: Int
        /// Lines written, duplicates among them; the number of transactions for Parquet.
        package var lines: Int
        package var seconds: Double

        package var text: String {
            """
            output        \(output)
            transactions  \(transactions), \(frauds) frauds among them
            lines         \(lines)
            seconds       \(seconds.text(decimals: 2))
            """
        }
    }

    private let options: HandbookOptions
    private let output: String
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let progress: WorkProgressHandler

    package init(
        options: HandbookOptions, output: String, stores: ObjectStoreRegistry, threads: Int,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.options = options
        self.output = output
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    /// Raw text with dirt, as the course's files.
    package func writeRawText(_ rates: DirtRates) async throws -> Result {
        let start = ContinuousClock.now
        let writer = try DirtWriter(simulator: HandbookSimulator(options: options), rates: rates)
        let expected = Int64(options.expectedTransactions)
        let truth = try await writer.write(to: stores.resolve(output), threads: threads) { [progress] lines in
            progress(WorkProgress(done: Int64(lines), total: expected, unit: "rows"))
        }
        return Result(
            output: output, transactions: truth.transactions, frauds: truth.frauds, lines: truth.lines,
            seconds: (ContinuousClock.now - start).inSeconds)
    }

    /// One clean table.
    package func writeTable(_ format: DataFormat = .parquet) async throws -> Result {
        if let named = DataFormat(fileName: output), named != format {
            throw JobError.contradictorySettings(
                "\(output): the name stands for \(named.rawValue), not for \(format.rawValue)")
        }
        let start = ContinuousClock.now
        let simulator = try HandbookSimulator(options: options)
        let location = try stores.resolve(output)
        let writer = try await DataSetWriter(
            to: location, schema: TransactionColumn.tableSchema,
            options: .table(at: location, format: format, threads: threads))
        var rows = 0, frauds = 0
        do {
            for try await batch in simulator.batches(threads: threads) {
                try Task.checkCancellation()
                try await writer.write(batch)
                rows += batch.rowCount
                frauds += try batch.column(TransactionColumn.fraud.name).int32Values().reduce(0) { $0 + Int($1) }
                progress(
                    WorkProgress(done: Int64(rows), total: Int64(options.expectedTransactions), unit: "rows"))
            }
            try await writer.finish()
        } catch {
            await writer.abort()
            throw error
        }
        return Result(
            output: output, transactions: rows, frauds: frauds, lines: rows,
            seconds: (ContinuousClock.now - start).inSeconds)
    }
}
