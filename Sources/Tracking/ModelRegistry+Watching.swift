/// What a model URI resolves to at one moment.
public struct ResolvedModel: Sendable {
    /// The version.
    public let version: ModelVersion
    /// Its files.
    public let files: ArtifactFolder
}

extension ModelRegistry {
    /// The version that a URI such as `models:/fraud@champion` names, and each version that replaces it.
    ///
    /// Checks every `interval`. An error at the first check ends the sequence; later ones go to `onFailure`, repeated
    /// ones only once, and the version before stays the current one.
    /// - Parameters:
    ///   - uri: `models:/NAME@alias`, `models:/NAME/latest`, `models:/NAME/Stage` or `models:/NAME/3`.
    ///   - interval: The time between two checks.
    public func watch(
        _ uri: String, every interval: Duration = .seconds(10),
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
    ) -> AsyncThrowingStream<ResolvedModel, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                do {
                    var current = try await resolved(uri)
                    continuation.yield(current)
                    var lastFailure: String?
                    while true {
                        try await Task.sleep(for: interval)
                        do {
                            let found = try await resolved(uri)
                            lastFailure = nil
                            // A version's number is never reused; its files may be moved.
                            guard
                                found.version.version != current.version.version
                                    || found.files.uri != current.files.uri
                            else { continue }
                            current = found
                            continuation.yield(found)
                        } catch {
                            try Task.checkCancellation()
                            guard "\(error)" != lastFailure else { continue }
                            lastFailure = "\(error)"
                            onFailure(error)
                        }
                    }
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func resolved(_ uri: String) async throws -> ResolvedModel {
        let version = try await resolve(uri)
        return ResolvedModel(
            version: version, files: try await client.artifacts(at: "models:/\(version.name)/\(version.version)"))
    }
}
