import CRdKafka
import Foundation
import Logging
import Parallelism

/// A member of a consumer group: subscribes, reads batches, commits, handles rebalances. Confined to one thread; it
/// blocks.
final class ConsumerSession {
    struct Assigned {
        var generation: Int
        /// The offset after the last message read; nil before the first.
        var next: Int64?
        var isAtEnd = false
    }

    let handle: KafkaHandle
    let queue: KafkaQueue
    let operation: String
    private let limit: Int
    private let received: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    var assigned: [TopicPartition: Assigned] = [:]
    var generation = 0
    /// Whether the group has assigned this member its partitions, even if that is none.
    var hasAssignment = false
    private var failure: KafkaError?
    /// Partitions that are not fetched for now.
    var paused: Set<TopicPartition> = []

    /// Called before partitions are taken away: with false, what is processed can still be committed; with true
    /// (`lost`), another member may already have them.
    var onRevoke: ((_ partitions: [TopicPartition], _ isLost: Bool) -> Void)?
    /// Called when the brokers refuse an asynchronous commit.
    var onCommitFailure: ((KafkaError) -> Void)?
    /// Offsets that were skipped: the log began behind the position, or holds no message there.
    private(set) var skippedOffsets: Int64 = 0

    /// Creates the client and checks that the brokers know the topics; joins the group with ``subscribe(_:)``.
    init(
        _ configuration: KafkaConfiguration, _ settings: ConsumerSettings, logger: Logger
    ) throws(KafkaError) {
        operation = "consuming in group '\(settings.group)'"
        limit = max(1, settings.batchMessages)
        let context = ClientContext(logger: logger, secrets: SecretProperties(configuration.properties))
        handle = try KafkaHandle(.consumer, configuration, decided: settings.properties, context: context) { settings in
            rd_kafka_conf_set_rebalance_cb(settings) { _, code, partitions, opaque in
                ClientContext.behind(opaque)?.onRebalance?(code, partitions)
            }
            rd_kafka_conf_set_offset_commit_cb(settings) { _, code, _, opaque in
                ClientContext.behind(opaque)?.onCommit?(code)
            }
        }
        // Events that belong to the client, such as errors, come with the messages.
        rd_kafka_poll_set_consumer(handle.client)
        guard let pointer = rd_kafka_queue_get_consumer(handle.client) else {
            handle.destroy()
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation)
        }
        queue = KafkaQueue(pointer: pointer)
        received = .allocate(capacity: limit)
        received.initialize(repeating: nil, count: limit)
        context.onRebalance = { [unowned self] code, partitions in rebalance(code, partitions) }
        context.onCommit = { [unowned self] code in noteCommit(code) }
    }

    deinit { received.deallocate() }

    // MARK: Joining and leaving

    /// Waits until a broker has named the partitions of a topic.
    /// - Returns: false when `isStopping` came first.
    /// - Throws: ``KafkaError`` when no broker responds in time, or the topic does not exist or has no partitions.
    func awaitTopic(
        _ topic: String, within limit: Duration, _ cancellation: CancellationFlag, isStopping: () -> Bool
    ) throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while !isStopping() {
            try cancellation.check()
            do throws(KafkaError) {
                _ = try handle.partitionCount(of: topic, timeoutMilliseconds: 500)
                return true
            } catch {
                guard error.isRetriable, deadline > .now else { throw error }
                // Some responses come at once.
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        return false
    }

    func subscribe(_ topics: [String]) throws(KafkaError) {
        let list = rd_kafka_topic_partition_list_new(Int32(topics.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for topic in topics { rd_kafka_topic_partition_list_add(list, topic, -1) }
        let code = rd_kafka_subscribe(handle.client, list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, "subscribing to \(topics.map { "'\($0)'" }.joined(separator: ", "))")
        }
    }

    /// Leaves the group, or gives up at the limit, and frees the client. The session's last call.
    func close(within limit: Duration) {
        let deadline = ContinuousClock.now + limit
        if let closing = rd_kafka_queue_new(handle.client) {
            if let error = rd_kafka_consumer_close_queue(handle.client, closing) {
                rd_kafka_error_destroy(error)
            } else {
                while rd_kafka_consumer_closed(handle.client) == 0, deadline > .now {
                    discard(Int(rd_kafka_consume_batch_queue(closing, 20, received, self.limit)))
                }
            }
            rd_kafka_queue_destroy(closing)
        }
        abandon()
    }

    /// Frees the client without leaving the group, as a crash would.
    func abandon() {
        queue.destroy()
        handle.destroy()
    }

    // MARK: Reading

    /// The partitions that this member holds.
    var assignedPartitions: [TopicPartition] { Array(assigned.keys) }

    /// Whether this member has read each of its partitions to its end; also when the group has given it none, which other members
    /// read then.
    var isAtEnd: Bool { hasAssignment && assigned.values.allSatisfy(\.isAtEnd) }

    /// The partitions that this member holds and has not read to their end.
    var partitionsWithMore: [TopicPartition] { assigned.filter { !$0.value.isAtEnd }.map(\.key) }

    /// Fills the batch with what arrives within the time, at most the settings' batch size; rebalances happen in here.
    func poll(into batch: inout ConsumedBatch, timeout: Duration) throws(KafkaError) {
        batch.removeAll()
        let count = Int(rd_kafka_consume_batch_queue(queue.pointer, timeout.milliseconds, received, limit))
        if count < 0 { throw KafkaError(rd_kafka_last_error(), operation) }
        defer { discard(count) }
        take(count, into: &batch)
        if let failure {
            self.failure = nil
            throw failure
        }
    }

    private func discard(_ count: Int) {
        for index in 0..<max(0, count) {
            if let message = received[index] { rd_kafka_message_destroy(message) }
            received[index] = nil
        }
    }

    /// Copies messages run by run: consecutive messages are mostly of one partition.
    private func take(_ count: Int, into batch: inout ConsumedBatch) {
        var index = 0
        while index < count {
            guard let first = received[index]?.pointee else {
                index += 1
                continue
            }
            guard first.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                note(first)
                index += 1
                continue
            }
            var end = index + 1
            while end < count, let message = received[end]?.pointee, message.err == RD_KAFKA_RESP_ERR_NO_ERROR,
                message.rkt == first.rkt, message.partition == first.partition
            {
                end += 1
            }
            takeRun(index..<end, of: first, into: &batch)
            index = end
        }
    }

    private func takeRun(_ indices: Range<Int>, of first: rd_kafka_message_t, into batch: inout ConsumedBatch) {
        let partition = TopicPartition(String(cString: rd_kafka_topic_name(first.rkt)), first.partition)
        // After a rebalance these messages belong to another member, which reads them again.
        guard var state = assigned[partition] else { return }
        let topicIndex =
            batch.topics.firstIndex(of: partition.topic)
            ?? {
                batch.topics.append(partition.topic)
                return batch.topics.count - 1
            }()
        for index in indices {
            guard let pointer = received[index] else { continue }
            let message = pointer.pointee
            if let next = state.next, message.offset > next { skippedOffsets += message.offset - next }
            state.next = message.offset + 1
            let start = batch.bytes.count
            if let key = message.key {
                batch.bytes.append(contentsOf: UnsafeRawBufferPointer(start: key, count: message.key_len))
            }
            if let value = message.payload {
                batch.bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: message.len))
            }
            let headerLength = HeaderBytes.append(of: pointer, to: &batch.bytes)
            batch.messages.append(
                ConsumedMessage(
                    topicIndex: Int32(topicIndex), partition: message.partition, offset: message.offset,
                    timestampMilliseconds: rd_kafka_message_timestamp(pointer, nil), start: start,
                    keyLength: message.key == nil ? -1 : Int32(message.key_len),
                    valueLength: message.payload == nil ? -1 : Int32(message.len), headerLength: Int32(headerLength)))
        }
        state.isAtEnd = false
        assigned[partition] = state
        if let next = state.next {
            batch.position.entries[partition] = ConsumerPosition.Entry(next: next, generation: state.generation)
        }
    }

    /// Handles an event that came instead of a message.
    private func note(_ message: rd_kafka_message_t) {
        let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) }
        if message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF, let topic {
            assigned[TopicPartition(topic, message.partition)]?.isAtEnd = true
            return
        }
        let text = message.payload.map {
            String(decoding: UnsafeRawBufferPointer(start: $0, count: message.len), as: UTF8.self)
        }
        note(
            KafkaError(
                message.err, topic.map { "consuming '\($0)'" } ?? operation,
                reason: text.map { handle.context.secrets.hiding(in: $0) }))
    }

    /// Handles an error event.
    func note(_ error: KafkaError) {
        // librdkafka keeps retrying transient errors; others end the session.
        let canPass = error.kind == .retriable || error.code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue
        handle.context.logger.log(level: canPass ? .warning : .error, "\(error)")
        if !canPass, failure == nil { failure = error }
    }
}
