import CRdKafka

/// librdkafka's properties for a client: those of its settings, overridden by those of the configuration.
///
/// The configuration may set any property except those that would break a guarantee of this module; these are refused
/// with the reason.
struct ClientProperties {
    /// A property with restricted values.
    private struct Rule {
        /// Values that keep the guarantee, in lower case; if empty, the property must not be set.
        let allowed: [String]
        let reason: String
    }

    private static let yes = ["true", "t", "1"]
    private static let no = ["false", "f", "0"]

    private static let consumerRules = [
        "enable.auto.commit": Rule(allowed: no, reason: "offsets are committed only once what was read is safe"),
        "enable.auto.offset.store": Rule(
            allowed: no, reason: "offsets are committed only once what was read is safe"),
        "enable.partition.eof": Rule(allowed: yes, reason: "partitions with nothing to read would hold up the others"),
        "offset.store.method": Rule(allowed: ["broker"], reason: "offsets are committed to the group"),
    ]

    private static let producerRules = [
        "enable.idempotence": Rule(
            allowed: yes, reason: "a message that is sent again could arrive twice or out of order"),
        "request.required.acks": Rule(
            allowed: ["all", "-1"], reason: "messages counted as delivered could be lost with their broker"),
        "partitioner": Rule(
            allowed: [
                "consistent", "consistent_random", "murmur2", "murmur2_random", "fnv1a", "fnv1a_random",
            ], reason: "messages of one key would not keep their order"),
        "delivery.report.only.error": Rule(allowed: no, reason: "deliveries would never be known"),
        "transactional.id": Rule(allowed: [], reason: "transactions are not used"),
    ]

    /// Other names of properties that occur above or in settings.
    private static let aliases = [
        "metadata.broker.list": "bootstrap.servers", "compression.codec": "compression.type",
        "queue.buffering.max.ms": "linger.ms", "delivery.timeout.ms": "message.timeout.ms",
        "acks": "request.required.acks", "auto.commit.enable": "enable.auto.commit",
        "sasl.mechanism": "sasl.mechanisms",
    ]

    /// The name under which a property is known here.
    static func canonical(_ name: String) -> String { aliases[name] ?? name }

    let values: [String: String]

    /// - Parameter decided: the properties of the client's settings.
    init(
        _ kind: ClientKind, _ configuration: KafkaConfiguration, decided: [String: String], _ operation: String
    ) throws(KafkaError) {
        func refuse(_ reason: String) -> KafkaError {
            KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation, reason: reason)
        }
        guard !configuration.bootstrapServers.isEmpty else { throw refuse("no bootstrap server is given") }
        guard !configuration.bootstrapServers.contains(where: { $0.utf8.contains(UInt8(ascii: "@")) }) else {
            // Not shown: librdkafka would take a part of a password for a host, and report it as unknown.
            throw refuse(
                "a broker is host:port, without user and password; those are sasl.username and sasl.password")
        }
        var values = decided
        values["bootstrap.servers"] = configuration.bootstrapServers.joined(separator: ",")
        values["client.id"] = configuration.clientID
        let rules = kind == .consumer ? Self.consumerRules : Self.producerRules
        for (name, value) in configuration.properties.sorted(by: { $0.key < $1.key }) {
            guard !name.utf8.contains(0), !value.utf8.contains(0) else {
                throw refuse("the property '\(name.filter { $0 != "\0" })' holds a zero byte")
            }
            let canonical = Self.canonical(name)
            if canonical == "bootstrap.servers" || (canonical == "group.id" && kind == .consumer),
                value != values[canonical]
            {
                throw refuse("the property '\(name)' is given apart from the properties")
            }
            if let rule = rules[canonical], !rule.allowed.contains(value.lowercased()) {
                let way = rule.allowed.first.map { "can only be \($0)" } ?? "cannot be set"
                throw refuse("the property '\(name)' \(way): \(rule.reason)")
            }
            values[canonical] = value
        }
        // The heartbeat interval follows the session timeout.
        if let timeout = configuration.properties["session.timeout.ms"].flatMap({ Int32($0) }),
            configuration.properties["heartbeat.interval.ms"] == nil, kind == .consumer
        {
            values["heartbeat.interval.ms"] = "\(ConsumerSettings.heartbeatMilliseconds(sessionTimeout: timeout))"
        }
        self.values = values
    }
}
