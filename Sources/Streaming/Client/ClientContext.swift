import CRdKafka
import Logging
import Parallelism

/// What librdkafka's callbacks get as their opaque pointer: where log lines go, and who handles rebalances.
///
/// Invariant for `Sendable`: `onRebalance` and `onCommit` are set before the client is used and called only while the
/// consumer's own thread polls; log lines come from any thread and touch immutable values only.
final class ClientContext: @unchecked Sendable {
    let logger: Logger
    let secrets: SecretProperties
    var onRebalance: ((rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> Void)?
    var onCommit: ((rd_kafka_resp_err_t) -> Void)?
    private let connectionFailure = Lock<String?>(nil)

    init(logger: Logger, secrets: SecretProperties) {
        self.logger = logger
        self.secrets = secrets
    }

    func record(syslogLevel: Int32, facility: String, text: String) {
        let level: Logger.Level =
            switch syslogLevel {
            // Producers and consumers share their properties: librdkafka warns each about those of the other kind.
            case _ where facility == "CONFWARN" && text.contains("and will be ignored by this"): .debug
            case ...2: .critical
            case 3: .error
            case 4: .warning
            case 5: .notice
            case 6: .info
            default: .debug
            }
        let text = secrets.hiding(in: text)
        if facility == "FAIL" { connectionFailure.withLock { $0 = text } }
        logger.log(level: level, "\(text)", metadata: ["librdkafka": "\(facility)"])
    }

    /// Why the last connection to a broker failed, in librdkafka's words.
    var lastConnectionFailure: String? { connectionFailure.withLock { $0 } }

    /// The context behind a callback's opaque pointer.
    static func behind(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}
