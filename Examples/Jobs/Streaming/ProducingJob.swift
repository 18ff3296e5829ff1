import DataPrep
import Essentials
import Features
import JobSupport
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
    private let schema: String?
    private let keyColumn: String?
    private let topic: String
    private let rate: Double?
    private let limit: Int?
    private let kafka: KafkaConfiguration
    private let connectTimeout: Duration
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let logger: Logger
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - schema: The location of a schema's JSON; nil for the Handbook's columns.
    ///   - keyColumn: The column whose values are the messages' keys; nil for the customer, or a schema's first key.
    package init(
        data: String, schema: String?, keyColumn: String?, topic: String, rate: Double?, limit: Int?,
        kafka: KafkaConfiguration,
        connectTimeout: Duration, stores: ObjectStoreRegistry, threads: Int, logger: Logger,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.schema = schema
        self.keyColumn = keyColumn
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
        let schema = schema == nil && keyColumn == nil ? nil : try await Declarations.schema(schema, stores: stores)
        if let schema, let keyColumn { _ = try schema.position(ofColumn: keyColumn) }
        try await kafka.check(topics: [topic], within: connectTimeout, logger: logger)
        let dataSet = try await DataSet.open(data, stores: stores)
        let start = ContinuousClock.now
        let producer = try await KafkaProducer(kafka, logger: logger)
        let total = [dataSet.rowCount, limit.map { Int64($0) }].compactMap { $0 }.min()
        do {
            let transactions = TransactionProducer(producer, topic: topic, rate: rate)
            let note = { (done: TransactionProducer.Progress) in
                progress(WorkProgress(done: Int64(done.acknowledged), total: total, unit: "transactions"))
            }
            let sent =
                if let schema {
                    try await transactions.send(
                        dataSet.batches(columns: dataSet.columns(of: schema), threads: threads), schema: schema,
                        keyColumn: keyColumn, limit: limit ?? .max, progress: note)
                } else {
                    try await transactions.send(
                        dataSet.batches(columns: dataSet.transactionColumns(), threads: threads), limit: limit ?? .max,
                        progress: note)
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
