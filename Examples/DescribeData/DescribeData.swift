import ArgumentParser
import CommandLineSupport
import DataPrep
import DescriptionJobs
import JobSupport
import StorageIO

@main
struct DescribeData: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "describe-data",
        abstract: "Describe transactions of any kind, and propose a schema for them.",
        discussion: """
            Reads Parquet or CSV twice, in bounded memory: a file, a folder, or a pattern such as 'raw/*.csv'. Prints each column with \
            its role, its type and the reason for both; then the fraud rate, the time span, what looks wrong, and what the data do not \
            decide.

              describe-data --input transactions.csv
              describe-data --input s3://bank/raw/ --schema-output s.json --report r.html

            Options decide what the data do not. A time format is iso8601, unix_seconds, a pattern in the letters of Java or of strptime, \
            or for numbers since an unknown origin their unit: seconds, minutes, hours, days.

              describe-data --input cards.csv --time-format 'MM/dd/yyyy HH:mm'
              describe-data --input cards.csv --key card --key shop --exclude review_result

            The schema is JSON that can be changed by hand. A column that looks as if it gave the label away is ignored in it.
            """,
        version: Version.current)

    @Option(help: "The location of the data.", completion: .file())
    var input: String

    @Option(help: "The file for the proposed schema, as JSON.", completion: .file())
    var schemaOutput: String?

    @Option(help: "An HTML page with charts of the data to write.", completion: .file())
    var report: String?

    @Option(help: "The column that identifies a transaction.")
    var id: String?

    @Option(help: "The column that says when it happened.")
    var time: String?

    @Option(
        help: "How the time is written; see above.",
        transform: { try SchemaOverrides.TimeForm($0) })
    var timeFormat: SchemaOverrides.TimeForm?

    @Option(help: "The column of what was paid.")
    var amount: String?

    @Option(help: "The column that says which transactions are frauds.")
    var label: String?

    @Option(help: "A column that names who or what takes part, such as a card or a merchant; may be repeated.")
    var key: [String] = []

    @Option(help: "A column to ignore, such as one that is known only later; may be repeated.")
    var exclude: [String] = []

    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    mutating func run() async throws {
        let bar = talk.progress("describing")
        defer { bar.finish() }
        let job = DescriptionJob(
            input: input,
            overrides: SchemaOverrides(
                id: id, time: time, timeForm: timeFormat, amount: amount, label: label, keys: key, excluded: exclude),
            schemaOutput: schemaOutput, report: report, threads: run.threads,
            stores: .ofThisProcess(logger: talk.logger("describe-data"))
        ) { bar.update($0) }
        let description = try await job.run()
        bar.finish()
        try talk.print(description, text: description.text)
    }
}
