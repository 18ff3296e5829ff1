import CRdKafka
import Logging
import Parallelism

/// A mock cluster and the client that hosts it.
///
/// Invariant for `Sendable`: the mock cluster takes its own lock in each of the calls made here, and nothing else changes.
struct RunningMockCluster: @unchecked Sendable {
    let bootstrapServers: [String]
    private let handle: KafkaHandle
    private let cluster: OpaquePointer
    private let ports = PortsOfDownBrokers()

    init(brokers: Int) throws(KafkaError) {
        let operation = "starting a mock cluster"
        guard brokers > 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation, reason: "\(brokers) brokers asked for")
        }
        let context = ClientContext(
            logger: Logger(label: "antifraud.kafka.mock", factory: { _ in SwiftLogNoOpLogHandler() }),
            secrets: SecretProperties([:]))
        // The addresses are replaced by those of the cluster that the client hosts.
        handle = try KafkaHandle(
            .producer, KafkaConfiguration(bootstrapServers: ["127.0.0.1:9"]),
            decided: ["test.mock.num.brokers": "\(brokers)"], context: context
        ) { _ in }
        guard let cluster = rd_kafka_handle_mock_cluster(handle.client) else {
            handle.destroy()
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation)
        }
        self.cluster = cluster
        let servers = rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
        bootstrapServers = servers.split(separator: ",").map(String.init)
    }

    func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        let operation = "creating topic '\(name)' with \(partitions) partitions"
        guard partitions > 0 else { throw KafkaError(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, operation) }
        let code = rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, operation) }
    }

    func setBroker(_ broker: Int, isUp: Bool) {
        if isUp {
            ports.release(broker)
            rd_kafka_mock_broker_set_up(cluster, Int32(clamping: broker))
        } else {
            rd_kafka_mock_broker_set_down(cluster, Int32(clamping: broker))
            if bootstrapServers.indices.contains(broker - 1) { ports.hold(broker, bootstrapServers[broker - 1]) }
        }
    }

    func failNext(_ request: Int16, _ codes: [Int32]) {
        let codes = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        rd_kafka_mock_push_request_errors_array(cluster, request, codes.count, codes)
    }

    /// Ends the cluster with its client.
    func end() { handle.destroy() }
}

/// Keeps the ports of brokers that are down: librdkafka ends the process when it cannot listen on one again.
private final class PortsOfDownBrokers: Sendable {
    private let held = Lock<[Int: HeldPort]>([:])

    func hold(_ broker: Int, _ address: String) {
        let port = HeldPort(address: address)
        held.withLock { $0[broker] = port }
    }

    func release(_ broker: Int) { held.withLock { _ = $0.removeValue(forKey: broker) } }
}
