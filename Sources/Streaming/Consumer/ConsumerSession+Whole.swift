import CRdKafka

extension ConsumerSession {
    /// Reads all partitions of a topic from their first message on, or again from there, outside of any group.
    func assignWhole(_ topic: String, partitions count: Int) throws(KafkaError) {
        guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: count)) else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<Int32(clamping: count) {
            rd_kafka_topic_partition_list_add(list, topic, partition)?.pointee.offset = Int64(RD_KAFKA_OFFSET_BEGINNING)
        }
        // What was fetched before is dropped with the earlier assignment.
        rd_kafka_assign(handle.client, nil)
        let code = rd_kafka_assign(handle.client, list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, "reading '\(topic)'") }
        generation += 1
        assigned.removeAll()
        for partition in 0..<Int32(clamping: count) {
            assigned[TopicPartition(topic, partition)] = Assigned(generation: generation)
        }
        hasAssignment = true
    }

    /// The offsets that the group has committed for these partitions, as far as the brokers respond in time.
    func committedOffsets(_ topic: String, partitions count: Int, within limit: Duration) -> [Int32: Int64] {
        guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: count)) else { return [:] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<Int32(clamping: count) { rd_kafka_topic_partition_list_add(list, topic, partition) }
        let code = rd_kafka_committed(handle.client, list, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let elements = list.pointee.elems else { return [:] }
        var offsets: [Int32: Int64] = [:]
        for index in 0..<Int(list.pointee.cnt) where elements[index].offset >= 0 {
            offsets[elements[index].partition] = elements[index].offset
        }
        return offsets
    }
}
