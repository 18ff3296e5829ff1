/// The models to score with, one after the other: the first to begin with, each later one to replace it.
///
/// When the sequence ends, the last model stays in use. An error before the first model means that there is none to
/// begin with. Each iteration starts again from the first model.
public struct ModelSource: AsyncSequence, Sendable {
    /// One model after the other.
    public typealias Element = FraudModel
    /// Iterates over the models.
    public typealias AsyncIterator = AsyncThrowingStream<FraudModel, any Error>.Iterator

    let makeStream: @Sendable () -> AsyncThrowingStream<FraudModel, any Error>

    /// A source of any kind, such as a model registry: `makeStream` starts to look for models.
    public init(_ makeStream: @escaping @Sendable () -> AsyncThrowingStream<FraudModel, any Error>) {
        self.makeStream = makeStream
    }

    /// One model that never changes.
    public static func fixed(_ model: FraudModel) -> ModelSource {
        ModelSource {
            AsyncThrowingStream { continuation in
                continuation.yield(model)
                continuation.finish()
            }
        }
    }

    /// One model, which is read when the iteration starts.
    public static func reading(_ read: @escaping @Sendable () async throws -> FraudModel) -> ModelSource {
        ModelSource {
            AsyncThrowingStream { continuation in
                let task = Task {
                    do {
                        continuation.yield(try await read())
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }

    /// Starts to look for models.
    public func makeAsyncIterator() -> AsyncIterator { makeStream().makeAsyncIterator() }
}
