import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import Streaming
import StreamingJobs

@main
struct ProduceTransactions: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "produce-transactions",
        abstract: "Send transactions to a Kafka topic as JSON objects.",
        discussion: """
              produce-transactions --data clean.parquet --brokers localhost:9092 \\
                --topic transactions --rate 1000

            Messages are keyed by customer_id, so that a customer's transactions keep their order. A row whose amount is not \
            a finite number is not sent; the exit code is then 1, after all others have been sent.

            Transactions with other columns than the Handbook's have a schema, which describe-data proposes; the key is then \
            the first column with the role key:

              produce-transactions --data clean.parquet --schema schema.json --key-column card \
                --brokers localhost:9092 --topic transactions
            """,
        version: Version.current)

    @Option(help: "The location of the transactions: Parquet, CSV or JSON lines.", completion: .file())
    var data: String

    @Option(
        help: "The schema of the transactions, as JSON. Without one they are the Handbook's.", completion: .file())
    var schema: String?

    @Option(help: "The column whose value is a message's key; by default customer_id, or the schema's first key.")
    var keyColumn: String?

    @Option(help: "The topic to send to.")
    var topic = "transactions"

    @Option(help: "Transactions a second; by default as fast as the brokers accept them.")
    var rate: Double?

    @Option(help: "Stop after this many transactions.")
    var limit: Int?

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var run: RunOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if let rate, rate <= 0 { throw ValidationError("--rate must be above 0.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    mutating func run() async throws {
        let location = try kafka.settings()
        let bar = talk.progress("producing")
        defer { bar.finish() }
        let result = try await ProducingJob(
            data: data, schema: schema, keyColumn: keyColumn, topic: topic, rate: rate, limit: limit,
            kafka: KafkaConfiguration(location), connectTimeout: .seconds(kafka.connectTimeout),
            stores: .ofThisProcess(logger: talk.logger("produce-transactions")), threads: run.threads,
            logger: talk.logger("produce-transactions")
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
        if result.refused > 0 { throw JobError.refusedTransactions(count: result.refused) }
    }
}
