package import CommandLineSupport
package import Streaming

extension KafkaConfiguration {
    /// The brokers and properties that a program's options name.
    package init(_ settings: KafkaOptions.Settings) {
        self.init(bootstrapServers: settings.brokers, properties: settings.properties)
    }
}
