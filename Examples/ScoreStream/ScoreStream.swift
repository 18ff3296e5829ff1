import ArgumentParser
import CommandLineSupport
import Jobs
import Scoring
import StorageIO
import Streaming

@main
struct ScoreStream: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "score-stream",
        abstract: "Score the transactions of a Kafka topic into another topic.",
        discussion: """
              score-stream --model model --brokers localhost:9092 \\
                --input-topic transactions --output-topic scores

            Offsets are committed after the scores are acknowledged, so a crash repeats some scores and loses none. Ctrl-C \
            finishes what is under way, commits, and leaves the group.
            """,
        version: Version.current)

    @Option(
        help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String

    @Option(help: "The topic to read.")
    var inputTopic = "transactions"

    @Option(help: "The topic to write {\"transaction_id\",\"probability\",\"prediction\"} to.")
    var outputTopic = "scores"

    @Option(help: "The topic for messages that are no transactions; they are only counted otherwise.")
    var deadLetterTopic: String?

    @Option(help: "The consumer group.")
    var group = "antifraud-scoring"

    @Option(help: "Stop after this many records.")
    var limit: Int?

    @Flag(help: "Stop when everything that the topic held is scored.")
    var untilEnd = false

    @Option(help: "Seconds between two looks for a newer model; 0 keeps the first one.")
    var reload = 10.0

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var run: RunOptions
    @OptionGroup var place: TrackingArguments
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if limit != nil, untilEnd { throw ValidationError("Give --limit or --until-end, not both.") }
        guard reload >= 0 else { throw ValidationError("--reload must not be negative.") }
    }

    mutating func run() async throws {
        let stores = ObjectStores.ofThisProcess(logger: talk.logger("score-stream"))
        let logger = talk.logger("score-stream")
        let places = ModelPlaces(stores: stores, tracking: TrackingPlace(place), program: "score-stream")
        let first = try await places.load(model)
        let models =
            try await reload > 0
            ? places.watch(model, every: .seconds(reload), logger: logger) : .fixed(first)
        let end: ScoringStreamSettings.End = limit.map { .afterRecords($0) } ?? (untilEnd ? .atEndOfTopic : .never)
        let bar = talk.progress("scoring")
        defer { bar.finish() }
        let result = try await StreamScoringJob(
            models: models,
            settings: ScoringStreamSettings(
                inputTopic: inputTopic, resultTopic: outputTopic, deadLetterTopic: deadLetterTopic,
                consumer: ConsumerSettings(group: group), end: end, threads: run.threads),
            kafka: KafkaConfiguration(bootstrapServers: kafka.brokerList, properties: kafka.properties()),
            logger: logger
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
