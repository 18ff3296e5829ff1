import ArgumentParser
import CommandLineSupport
import JobSupport
import ModelTracking
import Scoring
import StorageIO
import Streaming
import StreamingJobs
import Tracking
import TrackingJobs

@main
struct ScoreStream: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "score-stream",
        abstract: "Score the transactions of a Kafka topic into another topic.",
        discussion: """
              score-stream --model model --brokers localhost:9092 \\
                --input-topic transactions --output-topic scores

            The model decides what the messages are: JSON objects with the Handbook's columns, or with those of the schema that \
            it was trained with. A newer model of other transactions is not used, and the log says so.

            Offsets are committed after the scores are acknowledged, so a crash repeats some scores and loses none. Ctrl-C \
            finishes the current batches, commits, and leaves the group.
            """,
        version: Version.current)

    @Option(
        help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String

    @Option(help: "The topic to read.")
    var inputTopic = "transactions"

    @Option(
        help: """
            The topic to write {"transaction_id","probability","prediction"} to; the id is the schema's, or the time and the keys \
            where it has none.
            """)
    var outputTopic = "scores"

    @Option(help: "The topic for messages that are not transactions; without it they are only counted.")
    var deadLetterTopic: String?

    @Option(
        help: """
            The topic with labels, {"transaction_id","tx_datetime","terminal_id","tx_fraud"} each, or a schema's id, time, label, \
            and the keys that frauds are counted by; they may come late, in any order, and repeatedly. Without labels the risk of \
            terminals gets out of date.
            """)
    var labelsTopic: String?

    @Option(help: "The consumer group; by default group.id of --kafka-properties, else antifraud-scoring.")
    var group: String?

    @Option(help: "Stop after this many records.")
    var limit: Int?

    @Flag(help: "Stop when everything that the topic held at the start is scored.")
    var untilEnd = false

    @Flag(help: "Add \"feature_digest\" to each result: what the features were, for verify-features.")
    var featureDigests = false

    @Option(help: "Seconds between checks for a newer model; 0 keeps the first one.")
    var reload = 10.0

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var run: RunOptions
    @OptionGroup var location: TrackingArguments
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if limit != nil, untilEnd { throw ValidationError("Give --limit or --until-end, not both.") }
        guard reload >= 0 else { throw ValidationError("--reload must not be negative.") }
    }

    mutating func run() async throws {
        let kafkaSettings = try kafka.settings()
        let configuration = KafkaConfiguration(kafkaSettings)
        let stores = ObjectStoreRegistry.ofThisProcess(logger: talk.logger("score-stream"))
        let logger = talk.logger("score-stream")
        try await configuration.check(
            topics: [outputTopic, deadLetterTopic].compactMap { $0 }, within: .seconds(kafka.connectTimeout),
            logger: logger)
        let locations = ModelLoader(stores: stores, tracking: TrackingDestination(location), program: "score-stream")
        let models = try await locations.open(
            model, every: reload > 0 ? .seconds(reload) : nil, logger: logger
        ).models
        let end: ScoringStreamSettings.End = limit.map { .afterRecords($0) } ?? (untilEnd ? .atEndOfTopic : .never)
        let bar = talk.progress("scoring")
        defer { bar.finish() }
        let result = try await StreamScoringJob(
            models: models,
            settings: ScoringStreamSettings(
                inputTopic: inputTopic, resultTopic: outputTopic, labelTopic: labelsTopic,
                deadLetterTopic: deadLetterTopic,
                consumer: ConsumerSettings(
                    group: group ?? kafkaSettings.group ?? "antifraud-scoring",
                    startTimeout: .seconds(kafka.connectTimeout)),
                end: end, threads: run.threads, featureDigests: featureDigests),
            kafka: configuration, logger: logger
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(result, text: result.text)
    }
}
