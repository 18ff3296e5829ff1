public import Features
public import Logging
public import StorageIO

extension ModelSource {
    /// The model of a folder, and each one that replaces it there.
    ///
    /// Checks the folder's list of checksums every `interval`. When it has changed, the new model is read and verified
    /// as a whole; if that fails, the earlier one stays in use, the failure is reported, and the next check reads the
    /// model again.
    /// - Parameters:
    ///   - location: a folder that ``FraudModel/save(to:withMLflow:)`` writes to; it must hold a model from the start.
    ///   - interval: the time between two checks.
    ///   - custom: the kinds of features that the models' plans have from the program.
    ///   - logger: gets new models (info) and failures (error).
    ///   - onFailure: gets every failure after the first model; repeated ones only once.
    public static func watching(
        _ location: StorageLocation, every interval: Duration = .seconds(10), custom: CustomFeatures = .none,
        logger: Logger? = nil, onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
    ) -> ModelSource {
        ModelSource {
            AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                let watcher = ModelWatcher(
                    folder: ModelFolder(location: location, custom: custom), interval: interval, logger: logger,
                    onFailure: onFailure)
                let task = Task { await watcher.run(continuation) }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }
}

/// Checks a folder periodically.
private struct ModelWatcher: Sendable {
    let folder: ModelFolder
    let interval: Duration
    let logger: Logger?
    let onFailure: @Sendable (any Error) -> Void

    @concurrent
    func run(_ continuation: AsyncThrowingStream<FraudModel, any Error>.Continuation) async {
        do {
            var manifest = try await publish(to: continuation)
            var lastFailure: String?
            while true {
                try await Task.sleep(for: interval)
                do {
                    guard try await folder.readManifest() != manifest else { continue }
                    manifest = try await publish(to: continuation)
                    lastFailure = nil
                    logger?.info("new model", metadata: ["location": "\(folder.location)"])
                } catch {
                    try Task.checkCancellation()
                    guard "\(error)" != lastFailure else { continue }
                    lastFailure = "\(error)"
                    logger?.error(
                        "the new model cannot be used, the earlier one stays", metadata: ["error": "\(error)"])
                    onFailure(error)
                }
            }
        } catch {
            continuation.finish(throwing: error)
        }
    }

    /// Reads the model and passes it on. A model with its history is large, so it is not kept here.
    /// - Returns: the list of checksums that it was verified by.
    private func publish(
        to continuation: AsyncThrowingStream<FraudModel, any Error>.Continuation
    ) async throws -> [UInt8] {
        let (model, manifest) = try await folder.load()
        continuation.yield(model)
        return manifest
    }
}
