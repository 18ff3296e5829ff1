import CRdKafka
import Logging

extension ConsumerSession {
    func rebalance(
        _ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) {
        let isCooperative = rd_kafka_rebalance_protocol(handle.client).map { String(cString: $0) } == "COOPERATIVE"
        let partitions = Self.partitions(list)
        var error: KafkaError?
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            generation += 1
            hasAssignment = true
            for partition in partitions { assigned[partition] = Assigned(generation: generation) }
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
            // Until the rebalance is complete, having no partitions does not mean that there is nothing to read.
            hasAssignment = isCooperative && !assigned.isEmpty
            paused.subtract(partitions)
            error =
                isCooperative
                ? KafkaError(
                    consuming: rd_kafka_incremental_unassign(handle.client, list), operation,
                    secrets: handle.context.secrets)
                : Self.error(rd_kafka_assign(handle.client, nil), operation)
        default:
            assigned.removeAll()
            hasAssignment = false
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
}
