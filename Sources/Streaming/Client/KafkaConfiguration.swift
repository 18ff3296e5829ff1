/// How to reach a Kafka cluster: what producers and consumers share.
///
/// Security and other client settings pass through to librdkafka under its own property names, for instance
///
///     KafkaConfiguration(
///         bootstrapServers: ["broker:9093"],
///         properties: [
///             "security.protocol": "SASL_SSL", "sasl.mechanisms": "SCRAM-SHA-512",
///             "sasl.username": "fraud", "sasl.password": password,
///         ])
///
/// Values of secret properties appear in no log line, error or description.
public struct KafkaConfiguration: Sendable, Hashable {
    /// `host:port` of some of the brokers, from which the client learns the others.
    public var bootstrapServers: [String]
    /// The name by which brokers log this client.
    public var clientID: String
    /// Any of librdkafka's properties. They override ``clientID``, ``ProducerSettings`` and ``ConsumerSettings``; what
    /// would break a guarantee of this module, such as `enable.idempotence=false` or `enable.auto.commit=true`, is
    /// refused with the reason. Properties of the other kind of client are ignored, so that producers and consumers can
    /// share a set.
    public var properties: [String: String]

    /// A configuration for these brokers.
    public init(bootstrapServers: [String], clientID: String = "antifraud", properties: [String: String] = [:]) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
    }
}

extension KafkaConfiguration: CustomStringConvertible, CustomReflectable {
    /// The configuration with every secret replaced.
    public var description: String {
        let shown = properties.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(SecretProperties.isSecret($0.key) ? SecretProperties.replacement : $0.value)"
        }
        let servers = bootstrapServers.joined(separator: ",")
        let index = servers.utf8.contains(UInt8(ascii: "@")) ? SecretProperties.replacement : servers
        return (["bootstrap.servers=\(index)", "client.id=\(clientID)"] + shown)
            .joined(separator: " ")
    }

    /// What `dump` and string interpolation of containers show: the description.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": description])
    }
}
