import Parallelism

/// Runs a blocking call of librdkafka on a dedicated thread.
func offPool<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(KafkaError) -> Value
) async throws(KafkaError) -> Value {
    let outcome: Result<Value, KafkaError> = await withCheckedContinuation { continuation in
        startThread(named: name) {
            do throws(KafkaError) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try outcome.get()
}
