import CRdKafka

/// A queue on which librdkafka hands events or messages to one thread.
///
/// Invariant for `Sendable`: librdkafka's queues may be used from any thread; who destroys the queue makes sure that
/// nobody wakes it any more.
struct KafkaQueue: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Makes the poll under way, or else the next one, return at once. Never blocks.
    func wake() { rd_kafka_queue_yield(pointer) }

    func destroy() { rd_kafka_queue_destroy(pointer) }
}
