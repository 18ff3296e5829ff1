import CRdKafka

/// A failure that librdkafka or a broker reported.
public struct KafkaError: Error, Sendable, Hashable {
    /// What can be done about the failure.
    public enum Kind: String, Sendable, Hashable {
        /// The settings are wrong; nothing was sent.
        case configuration
        /// A later attempt can succeed: a broker was unreachable, a queue full, a leader moved.
        case retriable
        /// Repeating the call cannot help: the message is too large, the topic unknown, the access denied.
        case permanent
        /// The client is unusable from now on and must be replaced.
        case fatal
    }

    /// What can be done about it.
    public let kind: Kind
    /// librdkafka's code: negative when the client found the error itself, a Kafka protocol error otherwise.
    public let code: Int32
    /// librdkafka's name of the code, for instance `MSG_SIZE_TOO_LARGE`.
    public let name: String
    /// What was attempted, and on what.
    public let operation: String
    /// librdkafka's explanation.
    public let reason: String

    /// Whether a later attempt can succeed.
    public var isRetriable: Bool { kind == .retriable }
    /// Whether the client has to be replaced.
    public var isFatal: Bool { kind == .fatal }

    /// Whether the failure is due to single messages, even if others of the same request were refused with them.
    var concernsSingleMessages: Bool {
        switch rd_kafka_resp_err_t(rawValue: code) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
            RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
            true
        // _INVALID_DIFFERENT_RECORD, which only later librdkafkas name: another message of the request was refused.
        default: code == -138
        }
    }

    /// Whether the group is rebalancing, or has done so without this member.
    var isChangeOfGroup: Bool {
        [
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        ].contains(rd_kafka_resp_err_t(rawValue: code))
    }

    /// Whether the brokers refused permanently.
    var isRefusal: Bool {
        guard kind == .permanent else { return false }
        let unknown = [RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION]
        return code > 0 || unknown.contains(rd_kafka_resp_err_t(rawValue: code))
    }

    init(_ code: rd_kafka_resp_err_t, _ operation: String, reason: String? = nil, kind: Kind? = nil) {
        self.kind = kind ?? Self.kind(of: code)
        self.code = code.rawValue
        self.name = String(cString: rd_kafka_err2name(code))
        self.operation = operation
        self.reason = reason ?? String(cString: rd_kafka_err2str(code))
    }

    /// Takes over and frees an error object; nil when there is none.
    init?(consuming error: OpaquePointer?, _ operation: String, secrets: SecretProperties) {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        let kind: Kind? =
            rd_kafka_error_is_fatal(error) != 0 ? .fatal : rd_kafka_error_is_retriable(error) != 0 ? .retriable : nil
        self.init(
            rd_kafka_error_code(error), operation,
            reason: secrets.hiding(in: String(cString: rd_kafka_error_string(error))), kind: kind)
    }

    /// The 'retriable' column of the Kafka protocol's table of error codes, and librdkafka's own codes of the same
    /// meaning.
    private static func kind(of code: rd_kafka_resp_err_t) -> Kind {
        switch code {
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED: .fatal
        case RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__CONFLICT: .configuration
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__QUEUE_FULL,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__RETRY,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS,
            RD_KAFKA_RESP_ERR__INTR, RD_KAFKA_RESP_ERR__NO_OFFSET, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH,
            RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE:
            .retriable
        default: .permanent
        }
    }
}

extension KafkaError: CustomStringConvertible {
    /// One line: what was attempted, why it failed, the code.
    public var description: String { "\(operation): \(reason) (\(name))" }
}
