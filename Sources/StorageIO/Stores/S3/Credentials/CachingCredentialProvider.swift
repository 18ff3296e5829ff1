/// Keeps what another source gave, asks it again ahead of expiry, and asks it once for all who wait.
public actor CachingCredentialProvider: CredentialProvider {
    private let source: any CredentialProvider
    private let refreshAhead: Double
    private let now: @Sendable () -> Double
    private var kept: AWSCredentials?
    private var asking: Task<AWSCredentials?, any Error>?

    /// - Parameter refreshAhead: How long before their expiry credentials are asked for again.
    public init(_ source: any CredentialProvider, refreshAhead: Duration = .seconds(300)) {
        self.init(source, refreshAhead: refreshAhead, now: Timestamp.systemClock)
    }

    package init(
        _ source: any CredentialProvider, refreshAhead: Duration = .seconds(300), now: @escaping @Sendable () -> Double
    ) {
        self.source = source
        self.refreshAhead = Double(refreshAhead.components.seconds)
        self.now = now
    }

    /// Those kept, or new ones. While they are still valid, a source that fails to give new ones is not an error.
    public func credentials() async throws -> AWSCredentials? {
        if let kept, kept.expiration.map({ $0 - now() > refreshAhead }) ?? true { return kept }
        do {
            return try await ask()
        } catch {
            if let kept, let expiration = kept.expiration, expiration > now() { return kept }
            throw error
        }
    }

    /// Drops them, so that the next one to ask gets new ones.
    public func forget(_ credentials: AWSCredentials) async {
        if kept == credentials { kept = nil }
        await source.forget(credentials)
    }

    private func ask() async throws -> AWSCredentials? {
        if let asking { return try await asking.value }
        // A task of its own: that one of those who wait is cancelled must not fail the others.
        let task = Task { [source] in try await source.credentials() }
        asking = task
        defer { asking = nil }
        let found = try await task.value
        kept = found
        return found
    }
}
