package import ArgumentParser

/// How to reach Kafka.
package struct KafkaOptions: ParsableArguments {
    @Option(
        help: "Brokers, separated by commas, such as localhost:9092; default: bootstrap.servers of --kafka-properties.")
    package var brokers: String?

    @Option(
        help: """
            A file of further librdkafka settings, one name=value a line as in Java's .properties files, such as \
            sasl.password=..., so that secrets are not on the command line.
            """,
        completion: .file())
    package var kafkaProperties: String?

    @Option(help: "Seconds to wait for a response of the brokers before the work begins.")
    package var connectTimeout = 15.0

    package init() {}

    package mutating func validate() throws {
        if let brokers, Self.list(brokers).isEmpty { throw ValidationError("--brokers names no broker.") }
        guard brokers != nil || kafkaProperties != nil else {
            throw ValidationError("Missing expected argument '--brokers <brokers>'")
        }
        guard connectTimeout > 0, connectTimeout <= 86_400 else {
            throw ValidationError("--connect-timeout must be above 0 and at most a day.")
        }
    }

    /// What the options say together.
    package struct Settings: Sendable {
        package var brokers: [String]
        /// The properties of the file, apart from those that have an option.
        package var properties: [String: String]
        /// The consumer group that the file names.
        package var group: String?
    }

    /// Reads the file of ``kafkaProperties``; options take precedence over the file.
    /// - Throws: ``FileOptionError`` when the file cannot be read, or with the line, never its value, that cannot be understood;
    ///   `ValidationError` when no broker is named.
    package func settings() throws -> Settings {
        var properties: [String: String] = [:]
        if let kafkaProperties {
            let text = try SmallFile.read(kafkaProperties, option: "--kafka-properties")
            do throws(JavaProperties.SyntaxError) {
                properties = try JavaProperties.parse(text)
            } catch {
                throw FileOptionError(option: "--kafka-properties", path: kafkaProperties, reason: "\(error)")
            }
        }
        let named = [
            properties.removeValue(forKey: "bootstrap.servers"), properties.removeValue(forKey: "metadata.broker.list"),
        ]
        let servers = Self.list(brokers ?? named.compactMap { $0 }.joined(separator: ","))
        guard !servers.isEmpty else {
            throw ValidationError(
                "Neither --brokers nor bootstrap.servers in the file of --kafka-properties names a broker.")
        }
        let group = properties.removeValue(forKey: "group.id")
        return Settings(brokers: servers, properties: properties, group: group)
    }

    private static func list(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
            let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
            let trimmed = part.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
            return trimmed.isEmpty ? nil : String(decoding: Array(trimmed), as: UTF8.self)
        }
    }
}
