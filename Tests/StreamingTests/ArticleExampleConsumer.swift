import Streaming

func firstValues(
    _ count: Int, of topic: String, _ configuration: KafkaConfiguration, settings: ConsumerSettings
) async throws -> [String] {
    let consumer = KafkaConsumer(configuration, topics: [topic], settings: settings)
    // Reads while the batches below are processed.
    async let running: Void = consumer.run()
    var values: [String] = []
    for try await batch in consumer.batches {
        for index in 0..<batch.count {
            if let value = batch.value(at: index) { values.append(String(decoding: value, as: UTF8.self)) }
        }
        // Only once what was read is safe: after a crash, everything later is read again.
        try await consumer.commit(batch.position)
        if values.count >= count { consumer.stop() }
    }
    try await running
    return values
}
