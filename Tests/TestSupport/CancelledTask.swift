/// What a body gives that runs in a task which has been cancelled.
package func inCancelledTask<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await body()
    }.value
}

/// What a body gives without suspension: of a function with an `async` variant it calls the one that blocks.
package func blocking<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }
