import ArgumentParser
import CleaningJobs
import CommandLineSupport
import DataPrep
import Features
import Foundation
import JobSupport
import StorageIO

@main
struct CleanTransactions: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "clean-transactions",
        abstract: "Drop duplicates, missing and invalid values, unknown customers and outliers; write Parquet or CSV.",
        discussion: """
            The input is the raw text with its malformed header, CSV with a header, either of them compressed with gzip or \
            zstd, or Parquet: a file, a folder, or a pattern such as 'raw/*.txt'.

              clean-transactions --input raw --output clean.parquet --report cleaning.html

            A row is dropped by the first rule that it breaks: malformed, missing, invalid, unknown customer, amount not above \
            0, duplicate, outlier. The rule for outliers is METHOD:K[:upper|both], such as log-iqr:3:upper (the default), \
            iqr:1.5, z-score:4, mad:5, quantile:0.001:0.999, fixed:0:10000, none.

            If a single rule drops more than --max-dropped-share of all rows, or no row is left, the input probably has \
            another format than expected: the output is not published, an earlier one stays as it was, the report is written, \
            and the exit code is 2.

            With --incremental, a run cleans only the files that no earlier run has cleaned, and adds their rows to the data \
            set as one file that appears in one step; it can run on any schedule. Its state is in \
            OUTPUT/_incremental. A transaction whose id an earlier run has seen is a duplicate, and the outlier fences stay those of the \
            first run. If it is killed and run again, the result is the same as without the interruption.

              clean-transactions --input s3://bank/raw/ --output s3://bank/clean/ --incremental --rejects s3://bank/rejects/

            --rejects writes every dropped row as a table: file, line, rule, column, tx_fraud, raw_text.

            Transactions with other columns than the nine have a schema, which describe-data proposes:

              describe-data --input raw --schema-output schema.json
              clean-transactions --input raw --output clean.parquet --schema schema.json

            Its columns are written in their types, and other columns as they are. --plan then is a list of rules, which a \
            report shows; --duplicates wholeRow compares all columns.
            """,
        version: Version.current)

    @Option(help: "The location of the raw data.", completion: .file())
    var input: String

    @Option(
        help:
            "The file to write: CSV if it ends with .csv or .tsv, else Parquet; a folder of files if it ends with '/'.",
        completion: .file())
    var output: String

    @Option(help: "A JSON file that says what the columns are, if they are not the nine.", completion: .file())
    var schema: String?

    @Option(help: "Which amounts are outliers; see above.", transform: { try OutlierRule(parsing: $0) })
    var outliers: OutlierRule?

    @Option(
        help: "A JSON file with the whole plan; --outliers overrides its rule for outliers.", completion: .file())
    var plan: String?

    @Option(help: "An HTML page to write, or JSON when it ends in .json.", completion: .file())
    var report: String?

    @Option(
        help:
            "Where to write every dropped row: one file as for --output; with --incremental a folder, to which each run adds a file.",
        completion: .file())
    var rejects: String?

    @Flag(help: "Clean only new files, and add their rows to the folder --output.")
    var incremental = false

    @Flag(help: "With --incremental: clean all files again, and compute the outlier fences from all of them.")
    var refitFences = false

    @Flag(
        help:
            "With --incremental: clean all existing files again and replace the data set; its outlier fences stay."
    )
    var rebuild = false

    @Option(
        help: "How much memory the data may take, such as 512M or 2G; more rows go into a temporary file.")
    var memoryLimit: ByteSize = ByteSize(1 << 30)

    @Option(help: "The folder of temporary files.", completion: .directory)
    var temporaryFolder: String?

    @Flag(help: "Recompute tx_time_days from tx_time_seconds.")
    var repairDays = false

    @Option(help: "What makes two rows duplicates: transactionID or wholeRow.")
    var duplicates: CleaningPlan.DuplicateKey?

    @Option(help: "The share of all rows, 0 to 1, that one rule may drop (default 0.5); 1 publishes whatever is left.")
    var maxDroppedShare: Double?

    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if refitFences || rebuild, !incremental {
            throw ValidationError("\(refitFences ? "--refit-fences" : "--rebuild") goes with --incremental.")
        }
        if schema != nil, repairDays {
            throw ValidationError("--repair-days is for the nine columns, without --schema.")
        }
        if let maxDroppedShare, !(0...1).contains(maxDroppedShare) {
            throw ValidationError("--max-dropped-share must lie in 0...1.")
        }
    }

    mutating func run() async throws {
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("clean-transactions"))
        let choice = try await choice(in: stores)
        let bar = talk.progress("cleaning")
        defer { bar.finish() }
        let job = CleaningJob(
            input: input, output: output, choice: choice, report: report, rejects: rejects,
            incremental: incremental ? refitFences ? .refitFences : rebuild ? .rebuild : .append : nil,
            options: CleaningOptions(
                threads: run.threads, memoryLimit: memoryLimit.bytes, temporaryFolder: temporaryFolder),
            stores: stores
        ) { bar.update($0) }
        do {
            let report = try await job.run()
            bar.finish()
            try talk.print(report, text: CleaningText(report).text)
        } catch let error as CleaningError {
            guard case .droppedTooMuch(let report) = error else { throw error }
            bar.finish()
            try talk.print(report, text: CleaningText(report).text)
            StandardError.write("error: \(error); see --max-dropped-share\n")
            throw ExitCode(2)
        }
    }

    /// What is cleaned, and by which plan.
    private func choice(in stores: ObjectStoreRegistry) async throws -> CleaningChoice {
        func bytes(_ file: String?) async throws -> [UInt8]? {
            guard let file else { return nil }
            let location = try stores.resolve(file)
            return try await location.store.read(location.key())
        }
        if let schema, let json = try await bytes(schema) {
            let schema = try TransactionSchema(json: json, file: schema)
            var chosen = try await bytes(plan).map { try TableCleaningPlan(json: $0) } ?? TableCleaningPlan(for: schema)
            if let outliers { chosen.setOutliers(outliers) }
            if let duplicates { chosen.setDuplicates(duplicates == .wholeRow ? .wholeRow : .id) }
            if let maxDroppedShare { chosen.maximumDroppedShare = maxDroppedShare }
            return .table(schema, chosen)
        }
        var chosen = try await bytes(plan).map { try CleaningPlan(json: $0) } ?? CleaningPlan()
        if let outliers { chosen.outliers = outliers }
        if let duplicates { chosen.duplicates = duplicates }
        if repairDays { chosen.repairsTimeDays = true }
        if let maxDroppedShare { chosen.maximumDroppedShare = maxDroppedShare }
        return .transactions(chosen)
    }
}
