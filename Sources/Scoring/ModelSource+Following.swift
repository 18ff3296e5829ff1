public import Logging
public import StorageIO

extension ModelSource {
    /// The models of places that follow one another, such as those that an alias of a model registry points at.
    ///
    /// The first model must be readable. A later one that is not is reported, and the model before stays in use.
    /// - Parameters:
    ///   - logger: gets new models (info) and failures (error).
    ///   - onFailure: gets every failure after the first model.
    ///   - places: starts to look for places; its errors end the source.
    public static func following<Places: AsyncSequence & SendableMetatype>(
        logger: Logger? = nil, onFailure: @escaping @Sendable (any Error) -> Void = { _ in },
        _ places: @escaping @Sendable () -> Places
    ) -> ModelSource where Places.Element == StoredPlace, Places.AsyncIterator: SendableMetatype {
        ModelSource {
            AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                let task = Task {
                    var hasModel = false
                    do {
                        for try await place in places() {
                            do {
                                continuation.yield(try await FraudModel.load(from: place))
                                hasModel = true
                                logger?.info("new model", metadata: ["place": "\(place)"])
                            } catch {
                                guard hasModel, !Task.isCancelled else { throw error }
                                logger?.error(
                                    "the new model cannot be used, the earlier one stays",
                                    metadata: ["place": "\(place)", "error": "\(error)"])
                                onFailure(error)
                            }
                        }
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }
}
