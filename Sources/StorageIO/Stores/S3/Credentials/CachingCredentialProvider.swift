import Essentials

/// Caches another source's credentials, refreshes them before they expire, and asks the source once for all waiting
/// tasks.
public actor CachingCredentialProvider: CredentialProvider {
    private let source: any CredentialProvider
    private let refreshAhead: Double
    private let now: @Sendable () -> Double
    private var kept: AWSCredentials?
    private var asking: Task<AWSCredentials?, any Error>?

    /// - Parameter refreshAhead: How long before expiry credentials are refreshed.
    public init(_ source: any CredentialProvider, refreshAhead: Duration = .seconds(300)) {
        self.init(source, refreshAhead: refreshAhead, now: UTCTime.systemClock)
    }

    package init(
        _ source: any CredentialProvider, refreshAhead: Duration = .seconds(300), now: @escaping @Sendable () -> Double
    ) {
        self.source = source
        self.refreshAhead = Double(refreshAhead.components.seconds)
        self.now = now
    }

    /// The cached ones, or new ones. While the cached ones are valid, a source that fails to refresh them is not an
    /// error.
    public func credentials() async throws -> AWSCredentials? {
        if let kept, kept.expiration.map({ $0.timeIntervalSince1970 - now() > refreshAhead }) ?? true { return kept }
        do {
            return try await ask()
        } catch {
            if let kept, let expiration = kept.expiration, expiration.timeIntervalSince1970 > now() { return kept }
            throw error
        }
    }

    /// Drops them, so that the next call gets new ones.
    public func forget(_ credentials: AWSCredentials) async {
        if kept == credentials { kept = nil }
        await source.forget(credentials)
    }

    private func ask() async throws -> AWSCredentials? {
        if let asking { return try await asking.value }
        // A separate task: cancelling one of the waiting tasks must not fail the others.
        let task = Task { [source] in try await source.credentials() }
        asking = task
        defer { asking = nil }
        let found = try await task.value
        kept = found
        return found
    }
}
