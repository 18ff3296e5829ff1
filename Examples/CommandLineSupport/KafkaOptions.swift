package import ArgumentParser
import Foundation

/// How to reach Kafka.
package struct KafkaOptions: ParsableArguments {
    @Option(help: "Brokers, parted by commas, such as localhost:9092.")
    package var brokers: String

    @Option(
        help: """
            A file of further librdkafka settings, one name=value a line, such as sasl.password=...; \
            secrets stay out of the command line.
            """, completion: .file())
    package var kafkaProperties: String?

    package init() {}

    package var brokerList: [String] { brokers.split(separator: ",").map(String.init) }

    /// The settings of ``kafkaProperties``.
    /// - Throws: `ValidationError` that names the line, never its value.
    package func properties() throws -> [String: String] {
        guard let kafkaProperties else { return [:] }
        var properties: [String: String] = [:]
        let text = try String(contentsOfFile: kafkaProperties, encoding: .utf8)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let separator = line.firstIndex(of: "="), separator != line.startIndex else {
                throw ValidationError("\(kafkaProperties):\(index + 1): expected name=value")
            }
            properties[line[..<separator].trimmingCharacters(in: .whitespaces)] =
                line[line.index(after: separator)...].trimmingCharacters(in: .whitespaces)
        }
        return properties
    }
}
