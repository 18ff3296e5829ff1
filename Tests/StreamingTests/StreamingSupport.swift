import Streaming
import Testing

/// What tests of producers and consumers share.
enum Sample {
    /// Messages `first ..< first + count`, whose value is their number and whose key repeats every `keys`.
    static func batch(_ numbers: Range<Int>, keys: Int = 100) -> MessageBatch {
        var batch = MessageBatch()
        for number in numbers { batch.append(key: "\(number % keys)".utf8, value: "\(number)".utf8) }
        return batch
    }

    /// The numbers in a batch's values, in order.
    static func numbers(_ batch: ConsumedBatch) -> [Int] {
        (0..<batch.count).compactMap { index in
            batch.value(at: index).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        }
    }

    static func fill(_ cluster: MockKafkaCluster, _ topic: String, _ numbers: Range<Int>) async throws {
        let producer = try await KafkaProducer(cluster.configuration)
        try await producer.produce(batch(numbers), to: topic).confirm()
        await producer.close()
    }

    /// Settings under which members expire fast; the mock cluster takes three seconds to form a group, and a session must
    /// outlast that.
    static func settings(
        group: String = "group", assignment: ConsumerSettings.Assignment = .range, batchMessages: Int = 10_000
    ) -> ConsumerSettings {
        ConsumerSettings(
            group: group, assignment: assignment, batchMessages: batchMessages, sessionTimeout: .seconds(4),
            startTimeout: .seconds(5), drainTimeout: .seconds(5))
    }
}

/// The awaited event did not happen.
struct TooLate: Error {}

/// Fails when the timeout expires before the body is done.
func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    return try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TooLate()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TooLate() }
        return value
    }
}
