import CRdKafka
import Logging
import Parallelism

extension ConsumerSession {
    /// Commits what of the position belongs to partitions still held, and returns at once; failures reach
    /// ``onCommitFailure`` while polling.
    func commit(_ position: ConsumerPosition) throws(KafkaError) {
        guard let offsets = offsets(position) else { return }
        defer { rd_kafka_topic_partition_list_destroy(offsets) }
        let code = rd_kafka_commit(handle.client, offsets, 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, "committing offsets") }
    }

    /// Commits and waits for the response, at most for `limit` and until cancelled.
    func commit(
        _ position: ConsumerPosition, within limit: Duration, _ cancellation: CancellationFlag? = nil
    ) throws(KafkaError) {
        guard let offsets = offsets(position) else { return }
        defer { rd_kafka_topic_partition_list_destroy(offsets) }
        guard let responses = rd_kafka_queue_new(handle.client) else { return }
        defer { rd_kafka_queue_destroy(responses) }
        var code = rd_kafka_commit_queue(handle.client, offsets, responses, nil, nil)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            let deadline = ContinuousClock.now + limit
            code = RD_KAFKA_RESP_ERR__TIMED_OUT
            while deadline > .now, cancellation?.isCancelled != true {
                guard let event = rd_kafka_queue_poll(responses, 100) else { continue }
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
        let held = position.entries.filter { assigned[$0.key]?.generation == $0.value.generation }
        guard !held.isEmpty, let list = rd_kafka_topic_partition_list_new(Int32(held.count)) else { return nil }
        for (partition, entry) in held {
            rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)?.pointee.offset = entry.next
        }
        return list
    }

    /// Handles the response to a commit that nobody waited for.
    func noteCommit(_ code: rd_kafka_resp_err_t) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
        let error = KafkaError(code, "committing offsets")
        handle.context.logger.warning("\(error)")
        onCommitFailure?(error)
    }
}
