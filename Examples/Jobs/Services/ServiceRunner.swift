package import Logging
package import ServiceLifecycle

/// Runs long-lived services for a command-line program: when its task is cancelled (Ctrl-C, SIGTERM) they shut down
/// gracefully and finish what is in progress.
package enum ServiceRunner {
    /// Returns when all services have ended; the first to end brings the others down gracefully.
    package static func run(_ services: [any Service], logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: logger))
        // A separate task: cancelling this one must not cut the shutdown short.
        let task = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }
}
