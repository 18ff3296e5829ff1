import CRdKafka
import Logging
import Parallelism

/// A member of a consumer group: subscribes, reads batches, commits, answers rebalances. Confined to one thread; it
/// blocks.
final class ConsumerSession {
    private struct Assigned {
        var term: Int
        /// The offset after the last message read; nil before the first.
        var next: Int64?
        var isAtEnd = false
    }

    private let handle: KafkaHandle
    let queue: KafkaQueue
    private let operation: String
    private let limit: Int
    private let received: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var assigned: [TopicPartition: Assigned] = [:]
    private var term = 0
    private var failure: KafkaError?
    private var pausedPartitions: [TopicPartition] = []

    /// Called while partitions are being taken away, before they are: with false, what is processed can still be
    /// committed; with true (`lost`), another member may already have them.
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

    /// The number of partitions of a topic. Blocks until a broker answers.
    func partitionCount(
        of topic: String, within limit: Duration, _ cancellation: CancellationFlag
    ) throws -> Int {
        let deadline = ContinuousClock.now + limit
        while true {
            try cancellation.check()
            do throws(KafkaError) {
                return try handle.partitionCount(of: topic, timeoutMilliseconds: 500)
            } catch {
                guard error.isRetriable, deadline > .now else { throw error }
            }
        }
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

    /// Leaves the group, or gives up doing so at the limit, and frees the client. The session's last call.
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

    /// Whether this member holds partitions and has read each to its end.
    var isAtEnd: Bool { !assigned.isEmpty && assigned.values.allSatisfy(\.isAtEnd) }

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
        for place in 0..<max(0, count) {
            if let message = received[place] { rd_kafka_message_destroy(message) }
            received[place] = nil
        }
    }

    /// Copies messages run by run: consecutive messages are mostly of one partition.
    private func take(_ count: Int, into batch: inout ConsumedBatch) {
        var place = 0
        while place < count {
            guard let first = received[place]?.pointee else {
                place += 1
                continue
            }
            guard first.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                note(first)
                place += 1
                continue
            }
            var end = place + 1
            while end < count, let message = received[end]?.pointee, message.err == RD_KAFKA_RESP_ERR_NO_ERROR,
                message.rkt == first.rkt, message.partition == first.partition
            {
                end += 1
            }
            takeRun(place..<end, of: first, into: &batch)
            place = end
        }
    }

    private func takeRun(_ places: Range<Int>, of first: rd_kafka_message_t, into batch: inout ConsumedBatch) {
        let partition = TopicPartition(String(cString: rd_kafka_topic_name(first.rkt)), first.partition)
        // Messages that a rebalance overtook belong to another member now, which reads them again.
        guard var state = assigned[partition] else { return }
        let topicIndex =
            batch.topics.firstIndex(of: partition.topic)
            ?? {
                batch.topics.append(partition.topic)
                return batch.topics.count - 1
            }()
        for place in places {
            guard let pointer = received[place] else { continue }
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
            batch.messages.append(
                ConsumedMessage(
                    topicIndex: Int32(topicIndex), partition: message.partition, offset: message.offset,
                    timestamp: rd_kafka_message_timestamp(pointer, nil), start: start,
                    keyLength: message.key == nil ? -1 : Int32(message.key_len),
                    valueLength: message.payload == nil ? -1 : Int32(message.len)))
        }
        state.isAtEnd = false
        assigned[partition] = state
        if let next = state.next {
            batch.position.entries[partition] = ConsumerPosition.Entry(next: next, term: state.term)
        }
    }

    /// Takes an event that came in place of a message.
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

    private func note(_ error: KafkaError) {
        // Whatever can pass, librdkafka goes on trying; what cannot ends the session.
        let canPass = error.kind == .retriable || error.code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue
        handle.context.logger.log(level: canPass ? .warning : .error, "\(error)")
        if !canPass, failure == nil { failure = error }
    }

    // MARK: Pausing

    var isPaused: Bool { !pausedPartitions.isEmpty }

    /// Stops fetching these partitions; messages fetched ahead are dropped and come again.
    func pause(_ partitions: [TopicPartition]) {
        pausedPartitions = partitions.filter { assigned[$0] != nil }
        withList(pausedPartitions) { _ = rd_kafka_pause_partitions(handle.client, $0) }
    }

    func resume() {
        let held = pausedPartitions.filter { assigned[$0] != nil }
        withList(held) { _ = rd_kafka_resume_partitions(handle.client, $0) }
        pausedPartitions = []
    }

    private func withList(
        _ partitions: [TopicPartition], _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void
    ) {
        guard !partitions.isEmpty, let list = rd_kafka_topic_partition_list_new(Int32(partitions.count)) else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in partitions { rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition) }
        body(list)
    }

    // MARK: Committing

    /// Commits what of the position belongs to partitions still held, and returns at once; failures reach
    /// ``onCommitFailure`` while polling.
    func commit(_ position: ConsumerPosition) throws(KafkaError) {
        guard let offsets = offsets(position) else { return }
        defer { rd_kafka_topic_partition_list_destroy(offsets) }
        let code = rd_kafka_commit(handle.client, offsets, 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, "committing offsets") }
    }

    /// Commits and waits for the answer, at most for `limit` and until cancelled.
    func commit(
        _ position: ConsumerPosition, within limit: Duration, _ cancellation: CancellationFlag? = nil
    ) throws(KafkaError) {
        guard let offsets = offsets(position) else { return }
        defer { rd_kafka_topic_partition_list_destroy(offsets) }
        guard let answers = rd_kafka_queue_new(handle.client) else { return }
        defer { rd_kafka_queue_destroy(answers) }
        var code = rd_kafka_commit_queue(handle.client, offsets, answers, nil, nil)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            let deadline = ContinuousClock.now + limit
            code = RD_KAFKA_RESP_ERR__TIMED_OUT
            while deadline > .now, cancellation?.isCancelled != true {
                guard let event = rd_kafka_queue_poll(answers, 100) else { continue }
                code = rd_kafka_event_error(event)
                rd_kafka_event_destroy(event)
                break
            }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET else {
            throw KafkaError(code, "committing offsets")
        }
    }

    private func offsets(_ position: ConsumerPosition) -> UnsafeMutablePointer<rd_kafka_topic_partition_list_t>? {
        let held = position.entries.filter { assigned[$0.key]?.term == $0.value.term }
        guard !held.isEmpty, let list = rd_kafka_topic_partition_list_new(Int32(held.count)) else { return nil }
        for (partition, entry) in held {
            rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)?.pointee.offset = entry.next
        }
        return list
    }

    private func noteCommit(_ code: rd_kafka_resp_err_t) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
        let error = KafkaError(code, "committing offsets")
        handle.context.logger.warning("\(error)")
        onCommitFailure?(error)
    }

    // MARK: Rebalances

    private func rebalance(
        _ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) {
        let isCooperative = rd_kafka_rebalance_protocol(handle.client).map { String(cString: $0) } == "COOPERATIVE"
        let partitions = Self.partitions(list)
        var error: KafkaError?
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            term += 1
            for partition in partitions { assigned[partition] = Assigned(term: term) }
            handle.context.logger.info("assigned \(partitions.sorted())")
            error =
                isCooperative
                ? KafkaError(
                    consuming: rd_kafka_incremental_assign(handle.client, list), operation,
                    secrets: handle.context.secrets)
                : Self.error(rd_kafka_assign(handle.client, list), operation)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            let isLost = rd_kafka_assignment_lost(handle.client) != 0
            handle.context.logger.info("\(isLost ? "lost" : "revoked") \(partitions.sorted())")
            onRevoke?(partitions, isLost)
            for partition in partitions { assigned[partition] = nil }
            pausedPartitions.removeAll { assigned[$0] == nil }
            error =
                isCooperative
                ? KafkaError(
                    consuming: rd_kafka_incremental_unassign(handle.client, list), operation,
                    secrets: handle.context.secrets)
                : Self.error(rd_kafka_assign(handle.client, nil), operation)
        default:
            assigned.removeAll()
            rd_kafka_assign(handle.client, nil)
            error = KafkaError(code, operation)
        }
        if let error { note(error) }
    }

    private static func error(_ code: rd_kafka_resp_err_t, _ operation: String) -> KafkaError? {
        code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, operation)
    }

    private static func partitions(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) -> [TopicPartition] {
        guard let list = list?.pointee, let elements = list.elems else { return [] }
        return (0..<Int(list.cnt)).map {
            TopicPartition(String(cString: elements[$0].topic), elements[$0].partition)
        }
    }

    // MARK: Lag

    /// How far the partitions' ends are ahead, as of the last fetches. Asks no broker.
    var lag: ConsumerLag {
        var lag = ConsumerLag()
        for (partition, state) in assigned {
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_get_watermark_offsets(
                handle.client, partition.topic, partition.partition, &low, &high)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { continue }
            lag.messages[partition] = max(0, high - (state.next ?? max(0, low)))
        }
        return lag
    }
}
