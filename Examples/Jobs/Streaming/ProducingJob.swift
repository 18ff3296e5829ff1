import DataPrep
import Essentials
package import Logging
package import StorageIO
package import Streaming

/// Sends a data set to a topic.
package struct ProducingJob: Sendable {
    package struct Result: Sendable, Codable {
        package var topic: String
        package var transactions: Int
        /// Rows that were not sent: their amount is not a finite number.
        package var refused: Int
        package var seconds: Double

        package var text: String {
            """
            topic         \(topic)
            transactions  \(transactions), \(refused) refused
            seconds       \(seconds.text(decimals: 2)) (\((Double(transactions) / seconds).text(decimals: 0)) a second)
            """
        }
    }

    private let data: String
    private let topic: String
    private let rate: Double?
    private let limit: Int?
    private let kafka: KafkaConfiguration
    private let connectTimeout: Duration
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let logger: Logger
    private let progress: WorkProgressHandler

    package init(
        data: String, topic: String, rate: Double?, limit: Int?, kafka: KafkaConfiguration,
        connectTimeout: Duration, stores: ObjectStoreRegistry, threads: Int, logger: Logger,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.topic = topic
        self.rate = rate
        self.limit = limit
        self.kafka = kafka
        self.connectTimeout = connectTimeout
        self.stores = stores
        self.threads = threads
        self.logger = logger
        self.progress = progress
    }

    package func run() async throws -> Result {
        try await kafka.check(topics: [topic], within: connectTimeout, logger: logger)
        let dataSet = try await DataSet.open(data, stores: stores)
        let start = ContinuousClock.now
        let producer = try await KafkaProducer(kafka, logger: logger)
        let total = [dataSet.rowCount, limit.map { Int64($0) }].compactMap { $0 }.min()
        do {
            let sent = try await TransactionProducer(producer, topic: topic, rate: rate).send(
                dataSet.batches(columns: dataSet.transactionColumns(), threads: threads), limit: limit ?? .max
            ) { done in
                progress(WorkProgress(done: Int64(done.acknowledged), total: total, unit: "transactions"))
            }
            await producer.close()
            return Result(
                topic: topic, transactions: sent.acknowledged, refused: sent.refused,
                seconds: (ContinuousClock.now - start).inSeconds)
        } catch {
            await producer.close()
            throw error
        }
    }
}
