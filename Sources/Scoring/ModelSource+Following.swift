public import Features
public import Logging
public import StorageIO

extension ModelSource {
    /// The models of a sequence of locations, such as those that an alias of a model registry points at.
    ///
    /// The first model must be readable. A later one that is not is reported, and the earlier one stays in use.
    /// - Parameters:
    ///   - custom: the kinds of features that the models' plans have from the program.
    ///   - logger: gets new models (info) and failures (error).
    ///   - onFailure: gets every failure after the first model.
    ///   - locations: starts to look for locations; its errors end the source.
    public static func following<Locations: AsyncSequence & SendableMetatype>(
        custom: CustomFeatures = .none, logger: Logger? = nil,
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in },
        _ locations: @escaping @Sendable () -> Locations
    ) -> ModelSource where Locations.Element == StorageLocation, Locations.AsyncIterator: SendableMetatype {
        ModelSource {
            AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                let task = Task {
                    var hasModel = false
                    do {
                        for try await location in locations() {
                            do {
                                continuation.yield(try await FraudModel.load(from: location, custom: custom))
                                hasModel = true
                                logger?.info("new model", metadata: ["location": "\(location)"])
                            } catch {
                                guard hasModel, !Task.isCancelled else { throw error }
                                logger?.error(
                                    "the new model cannot be used, the earlier one stays",
                                    metadata: ["location": "\(location)", "error": "\(error)"])
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
