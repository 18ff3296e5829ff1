import CRdKafka

/// A queue through which librdkafka passes events or messages to one thread.
///
/// Invariant for `Sendable`: librdkafka's queues may be used from any thread; the owner that destroys the queue makes
/// sure that nobody wakes it afterwards.
struct KafkaQueue: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Makes the current poll, or else the next one, return at once. Never blocks.
    func wake() { rd_kafka_queue_yield(pointer) }

    func destroy() { rd_kafka_queue_destroy(pointer) }
}
