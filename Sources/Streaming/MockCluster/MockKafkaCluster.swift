import CRdKafka
import Parallelism

/// librdkafka's in-process Kafka cluster: the real protocol on loopback ports, nothing to install.
///
/// It serves demonstrations and tests. It keeps about 5 MB a partition (compressed as sent) and drops older messages;
/// other processes can connect; it ends with its last reference.
///
///     let cluster = try await MockKafkaCluster(topics: ["transactions": 6, "scores": 3])
///     let producer = try await KafkaProducer(cluster.configuration)
public final class MockKafkaCluster: Sendable {
    /// Requests that can be made to fail, by their number in the Kafka protocol.
    package enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case offsetCommit = 8
    }

    /// `host:port` of each broker.
    public let bootstrapServers: [String]
    private let running: RunningMockCluster

    /// Starts a cluster with these topics, each with its number of partitions.
    /// - Throws: ``KafkaError`` when it cannot listen, or a number is not positive.
    public init(brokers: Int = 3, topics: [String: Int] = [:]) async throws(KafkaError) {
        running = try await onDedicatedThread(named: "kafka-mock", throwing: KafkaError.self) { _ throws(KafkaError) in
            let running = try RunningMockCluster(brokers: brokers)
            do throws(KafkaError) {
                for (name, partitions) in topics { try running.createTopic(name, partitions: partitions) }
            } catch {
                running.end()
                throw error
            }
            return running
        }
        bootstrapServers = running.bootstrapServers
    }

    deinit {
        // Ending the cluster joins threads, which must not block the thread that drops the last reference.
        let running = running
        startThread(named: "kafka-mock") { running.end() }
    }

    /// A configuration for clients of this cluster.
    public var configuration: KafkaConfiguration { KafkaConfiguration(bootstrapServers: bootstrapServers) }

    /// Creates a topic.
    /// - Throws: ``KafkaError`` when it exists, or the number of partitions is not positive.
    public func createTopic(_ name: String, partitions: Int) async throws(KafkaError) {
        let running = running
        try await onDedicatedThread(named: "kafka-mock", throwing: KafkaError.self) { _ throws(KafkaError) in
            try running.createTopic(name, partitions: partitions)
        }
    }

    /// Takes a broker (numbers start at 1) off the network.
    package func setBrokerDown(_ broker: Int) { running.setBroker(broker, isUp: false) }

    /// Lets a broker accept connections again.
    package func setBrokerUp(_ broker: Int) { running.setBroker(broker, isUp: true) }

    /// Makes the next requests of that kind fail with these Kafka error codes, one request a code.
    package func failNext(_ request: Request, codes: [Int32]) { running.failNext(request.rawValue, codes) }
}
