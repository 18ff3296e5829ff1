import ArgumentParser
import CleaningJobs
import CommandLineSupport
import DataPrep
import JobSupport
import StorageIO

@main
struct SimulateTransactions: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "simulate-transactions",
        abstract: "Simulate card transactions with known frauds, as the Fraud Detection Handbook does.",
        discussion: """
            Raw text, one file per 30 days, with errors of every kind, and a file _truth.json that lists them:

              simulate-transactions --output raw --transactions 1000000

            A clean table, Parquet or CSV by the ending of the name:

              simulate-transactions --output transactions.parquet

            The same seed gives the same transactions on every machine.
            """,
        version: Version.current)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case raw
        case parquet
        case csv
    }

    @Option(help: "The folder of raw files, or the file, to write.", completion: .file())
    var output: String

    @Option(help: "What to write: raw text with errors, or a clean table; by default the ending of --output decides.")
    var format: Format?

    @Option(help: "About how many transactions; customers, terminals and frauds are in the Handbook's proportions.")
    var transactions = 1_750_000

    @Option(help: "How many days.")
    var days = 183

    @Option(help: "The share of lines with each kind of error; by default the shares of the course's files.")
    var dirtRate: Double?

    @Option(help: "The seed of the transactions.")
    var seed: UInt64 = 42

    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard transactions >= 1 else { throw ValidationError("--transactions must be at least 1.") }
        guard days >= 1 else { throw ValidationError("--days must be at least 1.") }
        if let dirtRate, !(0...0.1).contains(dirtRate) { throw ValidationError("--dirt-rate must lie in 0...0.1.") }
        if format == nil, DataFormat(fileName: output) == .jsonLines {
            throw ValidationError(
                "--output: JSON lines are only read, not written; name the file .parquet or .csv, or set --format.")
        }
        if dirtRate != nil, chosenFormat != .raw { throw ValidationError("--dirt-rate is for raw text.") }
    }

    private var chosenFormat: Format {
        if let format { return format }
        guard !output.hasSuffix("/") else { return .raw }
        return switch DataFormat(fileName: output) {
        case .parquet: .parquet
        case .csv: .csv
        case .jsonLines, nil: .raw
        }
    }

    mutating func run() async throws {
        let bar = talk.progress("simulating")
        defer { bar.finish() }
        let job = SimulationJob(
            options: .scaled(toTransactions: transactions, days: days, seed: seed), output: output,
            stores: .ofThisProcess(logger: talk.logger("simulate-transactions")), threads: run.threads
        ) { bar.update($0) }
        let result: SimulationJob.Result
        switch chosenFormat {
        case .raw: result = try await job.writeRawText(dirtRate.map { DirtRates(each: $0) } ?? .course)
        case .parquet: result = try await job.writeTable(.parquet)
        case .csv: result = try await job.writeTable(.csv)
        }
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
