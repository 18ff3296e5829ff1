public import Logging
public import StorageIO

extension ModelSource {
    /// The model of a folder, and each one that takes its place there.
    ///
    /// Looks at the folder's list of checksums every `interval`. When that has changed, the new model is read and checked as a whole;
    /// when that fails, the earlier one stays in use, the failure is reported, and the next look tries again.
    /// - Parameters:
    ///   - location: a folder that ``FraudModel/save(to:withMLflow:)`` writes to; it must hold a model from the start.
    ///   - interval: the time between two looks.
    ///   - logger: gets new models (info) and failures (error).
    ///   - onFailure: gets every failure after the first model; the same one in a row only once.
    public static func watching(
        _ location: StorageLocation, every interval: Duration = .seconds(10), logger: Logger? = nil,
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
    ) -> ModelSource {
        ModelSource {
            AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
                let watcher = ModelWatcher(
                    folder: ModelFolder(location: location), interval: interval, logger: logger, onFailure: onFailure)
                let task = Task { await watcher.run(continuation) }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }
}

/// Looks at a folder from time to time.
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
                    logger?.info("new model", metadata: ["place": "\(folder.location)"])
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

    /// Reads the model and hands it over. A model with its history is large: it is not kept here.
    /// - Returns: the list of checksums that vouches for it.
    private func publish(
        to continuation: AsyncThrowingStream<FraudModel, any Error>.Continuation
    ) async throws -> [UInt8] {
        let (model, manifest) = try await folder.load()
        continuation.yield(model)
        return manifest
    }
}
