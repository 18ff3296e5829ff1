import CRdKafka
import Foundation
public import Logging
import Parallelism

extension KafkaConfiguration {
    /// Checks that a broker responds, and that the topics to write to exist, before long work begins.
    ///
    /// Brokers with `auto.create.topics.enable` create these topics.
    /// - Parameters:
    ///   - topics: to be written to.
    ///   - limit: how long to wait for the brokers' responses.
    /// - Throws: ``KafkaError`` of the last failure to connect when no broker responds in time, or for the topic that
    ///   does not exist; `CancellationError`.
    public func check(
        topics: [String] = [], within limit: Duration = .seconds(15),
        logger: Logger = Logger(label: "antifraud.kafka.check")
    ) async throws {
        var logger = logger
        // Each failed attempt would be logged; the reason of the last one is in the error.
        if logger.logLevel > .debug { logger.logLevel = .critical }
        let context = ClientContext(logger: logger, secrets: SecretProperties(properties))
        try await onDedicatedThread(named: "kafka-check") { cancellation in
            let handle = try KafkaHandle(
                .producer, self, decided: ["enable.idempotence": "false"], context: context
            ) { _ in }
            defer { handle.destroy() }
            let deadline = ContinuousClock.now + limit
            try Self.attempt(until: deadline, cancellation) { () throws(KafkaError) in
                let operation = "reaching brokers at \(bootstrapServers.joined(separator: ","))"
                try handle.requireBroker(operation, seconds: limit / .seconds(1))
            }
            for topic in topics {
                try Self.attempt(until: deadline, cancellation) { () throws(KafkaError) in
                    try handle.requireTopic(topic)
                }
            }
        }
    }

    private static func attempt(
        until deadline: ContinuousClock.Instant, _ cancellation: CancellationFlag,
        _ body: () throws(KafkaError) -> Void
    ) throws {
        while true {
            try cancellation.check()
            do throws(KafkaError) {
                return try body()
            } catch {
                // A topic that is being created is unknown for a moment.
                let canPass = error.isRetriable || error.code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue
                guard canPass, deadline > .now else { throw error }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}

extension KafkaHandle {
    private static let attemptMilliseconds: Int32 = 500

    fileprivate func requireBroker(_ operation: String, seconds: Double) throws(KafkaError) {
        var response: UnsafePointer<rd_kafka_metadata_t>?
        let code = rd_kafka_metadata(client, 0, nil, &response, Self.attemptMilliseconds)
        if let response { rd_kafka_metadata_destroy(response) }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let cause = context.lastConnectionFailure.map { ": \($0)" } ?? ""
        throw KafkaError(code, operation, reason: "no response within \(seconds) s\(cause)", kind: .retriable)
    }

    fileprivate func requireTopic(_ name: String) throws(KafkaError) {
        let operation = "looking up topic '\(name)'"
        guard let topic = rd_kafka_topic_new(client, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), operation)
        }
        defer { rd_kafka_topic_destroy(topic) }
        var response: UnsafePointer<rd_kafka_metadata_t>?
        let code = rd_kafka_metadata(client, 0, topic, &response, Self.attemptMilliseconds)
        defer { if let response { rd_kafka_metadata_destroy(response) } }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = response?.pointee else {
            throw KafkaError(code, operation)
        }
        let found = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt)).first
        let state = found?.err ?? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
        guard state == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(state, operation) }
    }
}
