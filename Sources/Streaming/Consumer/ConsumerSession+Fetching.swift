import CRdKafka

extension ConsumerSession {
    /// Fetches all partitions but these; messages of these that were prefetched are dropped and fetched again later.
    func pauseOnly(_ partitions: Set<TopicPartition>) {
        let wanted = partitions.filter { assigned[$0] != nil }
        withList(wanted.subtracting(paused)) { _ = rd_kafka_pause_partitions(handle.client, $0) }
        withList(paused.subtracting(wanted)) { _ = rd_kafka_resume_partitions(handle.client, $0) }
        paused = wanted
    }

    private func withList(
        _ partitions: Set<TopicPartition>, _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void
    ) {
        guard !partitions.isEmpty, let list = rd_kafka_topic_partition_list_new(Int32(partitions.count)) else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in partitions { rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition) }
        body(list)
    }

    /// How far the partitions' ends are ahead, as of the last fetches. Sends no request.
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
