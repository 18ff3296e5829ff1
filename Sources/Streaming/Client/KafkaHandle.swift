import CRdKafka
import Logging

/// Which kind of client a handle is.
enum ClientKind {
    case producer
    case consumer
}

/// One librdkafka client.
///
/// Invariant for `Sendable`: librdkafka's client may be called from any thread, and the pointer never changes.
/// ``destroy()`` is called once, by the thread that made the handle and as its last use.
final class KafkaHandle: @unchecked Sendable {
    let client: OpaquePointer
    let context: ClientContext
    private let retainedContext: Unmanaged<ClientContext>

    /// Creates the client. Blocks: certificates are read from disk.
    ///
    /// - Parameters:
    ///   - decided: properties of the client's settings; those of the configuration override them.
    ///   - context: what callbacks get as their opaque pointer; it lives as long as the client.
    ///   - configure: sets callbacks and events on the client's settings.
    init(
        _ kind: ClientKind, _ configuration: KafkaConfiguration, decided: [String: String], context: ClientContext,
        configure: (OpaquePointer) -> Void
    ) throws(KafkaError) {
        let operation = kind == .producer ? "creating a Kafka producer" : "creating a Kafka consumer"
        guard let settings = rd_kafka_conf_new() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation)
        }
        do {
            try Self.apply(kind, configuration, decided: decided, to: settings, context.secrets, operation)
        } catch {
            rd_kafka_conf_destroy(settings)
            throw error
        }
        let retained = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(settings, retained.toOpaque())
        rd_kafka_conf_set_log_cb(settings) { client, level, facility, text in
            guard let facility, let text, let client else { return }
            ClientContext.behind(rd_kafka_opaque(client))?.record(
                syslogLevel: level, facility: String(cString: facility), text: String(cString: text))
        }
        configure(settings)
        var text = [CChar](repeating: 0, count: 512)
        guard
            let client = rd_kafka_new(
                kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, settings, &text, text.count)
        else {
            rd_kafka_conf_destroy(settings)
            retained.release()
            throw KafkaError(
                rd_kafka_last_error(), operation, reason: context.secrets.hiding(in: Self.string(text)),
                kind: .configuration)
        }
        self.client = client
        self.context = context
        retainedContext = retained
    }

    private static func apply(
        _ kind: ClientKind, _ configuration: KafkaConfiguration, decided: [String: String], to settings: OpaquePointer,
        _ secrets: SecretProperties, _ operation: String
    ) throws(KafkaError) {
        let properties = try ClientProperties(kind, configuration, decided: decided, operation).values
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            var text = [CChar](repeating: 0, count: 512)
            guard rd_kafka_conf_set(settings, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                // librdkafka's own text quotes the value, possibly cut.
                let reason = SecretProperties.isSecret(name) ? "its value is not valid" : Self.string(text)
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__INVALID_ARG, operation,
                    reason: "property '\(name)': \(secrets.hiding(in: reason))")
            }
        }
    }

    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Stops the client's threads and frees it. Blocks; a consumer does not leave its group.
    func destroy() {
        rd_kafka_destroy_flags(client, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
        retainedContext.release()
    }

    /// The number of partitions of a topic, from the brokers. Blocks up to `timeoutMilliseconds`.
    ///
    /// It requests the metadata of all topics: requesting one by name makes some brokers create it.
    /// - Throws: ``KafkaError`` when no broker responds, or the topic does not exist.
    func partitionCount(of topic: String, timeoutMilliseconds: Int32) throws(KafkaError) -> Int {
        let operation = "looking up topic '\(topic)'"
        var response: UnsafePointer<rd_kafka_metadata_t>?
        let code = rd_kafka_metadata(client, 1, nil, &response, timeoutMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = response else {
            throw KafkaError(code, operation)
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        guard let found = topics.first(where: { String(cString: $0.topic) == topic }) else {
            throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, operation)
        }
        guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(found.err, operation) }
        // A topic that is being created or deleted.
        guard found.partition_cnt > 0 else {
            throw KafkaError(
                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, operation, reason: "it has no partitions", kind: .retriable)
        }
        return Int(found.partition_cnt)
    }
}
