/// Runs work to its end even if the calling task has been cancelled: for cleaning up after a failure.
package func uncancelled<Result: Sendable>(
    _ body: @escaping @concurrent @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
