import Parallelism

extension ModelSource {
    /// Waits for the first model, so that an unreadable one is found before anything else is done.
    ///
    /// The returned source begins with that model and continues as this one does; nothing is read twice. It can be
    /// iterated once, after which it keeps no model alive; a further iteration throws ``ScoringError/noModel``.
    /// - Throws: what the source throws; ``ScoringError/noModel`` when it ends without a model.
    public func opened() async throws -> (first: FraudModel, models: ModelSource) {
        let stream = makeStream()
        var iterator = stream.makeAsyncIterator()
        guard let first = try await iterator.next() else { throw ScoringError.noModel }
        let waiting = FirstModel(first)
        let models = ModelSource {
            guard let first = waiting.take() else {
                return AsyncThrowingStream { $0.finish(throwing: ScoringError.noModel) }
            }
            return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                continuation.yield(first)
                let task = Task {
                    do {
                        for try await model in stream { continuation.yield(model) }
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
        return (first, models)
    }
}

/// Holds a model until it is taken.
private final class FirstModel: Sendable {
    private let model: Lock<FraudModel?>

    init(_ model: FraudModel) { self.model = Lock(model) }

    func take() -> FraudModel? {
        model.withLock { model in
            defer { model = nil }
            return model
        }
    }
}
