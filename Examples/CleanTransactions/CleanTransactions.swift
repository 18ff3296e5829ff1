import ArgumentParser
import CommandLineSupport
import DataPrep
import Foundation
import Jobs
import StorageIO

@main
struct CleanTransactions: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "clean-transactions",
        abstract: "Drop duplicates, missing and invalid values, unknown customers and outliers; write Parquet.",
        discussion: """
            The input is the raw text with its malformed header, CSV with a header, either of them compressed with gzip or \
            zstd, or Parquet: a file, a folder, or a pattern such as 'raw/*.txt'.

              clean-transactions --input raw --output clean.parquet --report cleaning.html

            A row falls to the first rule that it breaks: malformed, missing, invalid, unknown customer, amount not above 0, \
            duplicate, outlier. Outliers are written METHOD:K[:upper|both], such as log-iqr:3:upper (the default), \
            iqr:1.5, z-score:4, mad:5, quantile:0.001:0.999, fixed:0:10000, none.
            """,
        version: Version.current)

    @Option(help: "The place of the raw data.", completion: .file())
    var input: String

    @Option(help: "The Parquet file to write, or a folder of them when it ends with '/'.", completion: .file())
    var output: String

    @Option(help: "Which amounts are outliers; see above.", transform: { try OutlierRule(parsing: $0) })
    var outliers: OutlierRule?

    @Option(
        help: "A JSON file with the whole plan; --outliers overrides what it says of outliers.", completion: .file())
    var plan: String?

    @Option(help: "An HTML page to write, or JSON when it ends in .json.", completion: .file())
    var report: String?

    @Option(
        help: "How much memory the data may take at once, such as 512M or 2G; rows beyond wait in a temporary file.")
    var memoryLimit: ByteSize = ByteSize(1 << 30)

    @Option(help: "The folder of temporary files.", completion: .directory)
    var temporaryFolder: String?

    @Flag(help: "Recompute tx_time_days from tx_time_seconds.")
    var repairDays = false

    @Option(help: "What makes two rows duplicates: transactionID or wholeRow.")
    var duplicates: CleaningPlan.DuplicateKey?

    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    mutating func run() async throws {
        let stores = ObjectStores.ofThisProcess(logger: talk.logger("clean-transactions"))
        var chosen = CleaningPlan()
        if let plan {
            let place = try stores.resolve(plan)
            chosen = try CleaningPlan(json: try await place.store.read(place.key()))
        }
        if let outliers { chosen.outliers = outliers }
        if let duplicates { chosen.duplicates = duplicates }
        if repairDays { chosen.repairsTimeDays = true }
        let bar = talk.progress("cleaning")
        defer { bar.finish() }
        let report = try await CleaningJob(
            input: input, output: output, plan: chosen, report: report,
            options: CleaningOptions(
                threads: run.threads, memoryLimit: memoryLimit.bytes, temporaryFolder: temporaryFolder),
            stores: stores
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(report, text: CleaningText(report).text)
    }
}
