/// Runs work to its end though the calling task may have been cancelled: for tidying up after a failure.
package func uncancelled<Result: Sendable>(
    _ body: @escaping @concurrent @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
