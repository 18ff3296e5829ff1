import BenchmarkSupport
import Columnar
import Features
import Foundation
import Logging
import ModelKit
import Scoring
import Streaming

/// A topic of transactions in JSON -> window features -> 100 trees of 31 leaves -> a topic of scores, on librdkafka's mock
/// cluster, compared with a Python consumer (confluent-kafka, orjson, LightGBM with the same trees) on the same topic.
///
/// The Python consumer runs twice: with window features kept in deques, as is usual in Python, and without any, which is less
/// work than ours. Its batches and producer settings are the same; it does not keep partitions in step.
/// Arguments: transactions (500,000), runs (3).
@main
struct StreamScoring {
    private static let partitions = 24
    private static let batchMessages = 10_000

    static func main() async throws {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .error
            return handler
        }
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let count = arguments.first ?? 500_000
        let runs = arguments.dropFirst().first ?? 3
        let folder = FileManager.default.temporaryDirectory.appending(path: "stream-scoring-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let transactions = TransactionColumns(simulate(count))
        let model = try await train(transactions)
        let files = try ClassifierArchive.encode(model.classifier)
        try Data(files["trees.txt"] ?? []).write(to: folder.appending(path: "trees.txt"))

        let topics = ["transactions": partitions, "scores": partitions, "peer-scores": partitions]
        let cluster = try await MockKafkaCluster(topics: topics)
        let producer = try await KafkaProducer(cluster.configuration)
        let start = ContinuousClock.now
        try await TransactionProducer(producer, topic: "transactions").send(transactions)
        let filling = start.duration(to: .now) / .seconds(1)
        await producer.close()
        print("produced \(count) transactions in \(String(format: "%.2f", filling)) s: \(rate(count, filling))")

        var ours = Measurement("Streaming")
        var peers = [Measurement("Python, windows"), Measurement("Python, no windows")]
        for run in 0..<runs {
            let statistics = try await score(cluster, model, group: "ours-\(run)")
            guard statistics.delivered == count, statistics.skippedOffsets == 0 else {
                print("incomplete: \(statistics)")
                exit(1)
            }
            ours.seconds.append(statistics.duration / .seconds(1))
            for (index, kind) in ["windows", "none"].enumerated() {
                peers[index].seconds.append(
                    try Peer(peerSource).seconds([
                        cluster.bootstrapServers.joined(separator: ","), folder.appending(path: "trees.txt").path,
                        "peer-\(kind)-\(run)", "\(count)", "\(batchMessages)", kind,
                    ]))
            }
        }
        report("JSON -> features -> 100 trees x 31 leaves -> JSON, \(count) transactions", ours: ours, peers: peers)
        for measurement in [ours] + peers { print("  \(measurement.name): \(rate(count, measurement.median))") }
    }

    private static func rate(_ count: Int, _ seconds: Double) -> String {
        "\(Int(Double(count) / seconds)) transactions a second"
    }

    private static func score(
        _ cluster: MockKafkaCluster, _ model: FraudModel, group: String
    ) async throws -> ScoringStatistics {
        let stream = ScoringStream(
            cluster.configuration, models: .fixed(model),
            settings: ScoringStreamSettings(
                consumer: ConsumerSettings(group: group, batchMessages: batchMessages), end: .atEndOfTopic))
        try await stream.run()
        return stream.statistics
    }

    /// About as dense as the Handbook's data: 9,600 transactions a day of 5,000 customers at 10,000 terminals.
    private static func simulate(_ count: Int) -> [Transaction] {
        var generator = SystemRandomNumberGenerator()
        let start: Int64 = 1_566_432_000
        return (0..<count).map { index in
            let second = Int64(index) * 9
            let amount = Double(Int.random(in: 1..<25_000, using: &generator)) / 100
            let terminal = Int64.random(in: 0..<10_000, using: &generator)
            let isFraud = amount > 220 || (terminal % 97 == second / 86_400 % 97 && amount > 20)
            return Transaction(
                transactionID: Int64(index), dateTime: (start + second) * 1_000_000,
                customerID: Int64.random(in: 0..<5_000, using: &generator), terminalID: terminal, amount: amount,
                timeSeconds: second, timeDays: Int32(second / 86_400), fraud: isFraud ? 1 : 0, fraudScenario: 0)
        }
    }

    private static func train(_ transactions: TransactionColumns) async throws -> FraudModel {
        let pipeline = FeaturePipeline(.windows)
        let sample = TransactionColumns((0..<min(200_000, transactions.count)).map { transactions[$0] })
        let placeholder = try FraudModel(
            features: .pipeline(pipeline), classifier: Untrained(featureNames: pipeline.names), provenance: provenance)
        var scorer = try BatchScorer(placeholder)
        let features = try scorer.features(try sample.recordBatch())
        let trained = try await BoostedTreesTrainer().train(features, labels: try sample.labels())
        return try FraudModel(features: .pipeline(pipeline), classifier: trained.model, provenance: provenance)
    }

    private static var provenance: ModelProvenance {
        ModelProvenance(createdAt: "2019-08-22T00:00:00Z", data: "simulated", rows: 0)
    }

    /// A placeholder for the classifier while the features of the training rows are computed.
    private struct Untrained: BinaryClassifier {
        let featureNames: [String]
        var featureImportance: [Double] { featureNames.map { _ in 0 } }
        func probability(row: UnsafeBufferPointer<Float>) -> Double { 0 }
        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            [Double](repeating: 0, count: features.rowCount)
        }
    }
}
