import JobSupport
package import Logging
package import Scoring
package import StorageIO
import Tracking

/// Models at places as users write them: folders in any store, `models:/NAME@alias`, `models:/NAME/3` and `runs:/ID/path`.
package struct ModelLoader: Sendable {
    private let stores: ObjectStoreRegistry
    private let tracking: TrackingDestination
    private let program: String

    /// - Parameter tracking: knows registered models and runs.
    package init(stores: ObjectStoreRegistry, tracking: TrackingDestination, program: String) {
        self.stores = stores
        self.tracking = tracking
        self.program = program
    }

    package func load(_ location: String) async throws -> FraudModel {
        guard TrackedURI.isTracked(location) else { return try await FraudModel.load(from: stores.resolve(location)) }
        let client = try await tracking.open(program: program, stores: stores)
        do {
            let model = try await FraudModel.load(from: client.artifacts(at: location).location)
            try await client.close()
            return model
        } catch {
            try? await client.close()
            throw error
        }
    }

    /// The model, and a source that begins with it and goes on with each one that takes its place.
    /// - Parameter interval: the time between two looks for a newer one; nil to keep the first.
    package func open(
        _ location: String, every interval: Duration?, logger: Logger
    ) async throws -> (first: FraudModel, models: ModelSource) {
        guard let interval else { return try await ModelSource.reading { try await load(location) }.opened() }
        return try await watch(location, every: interval, logger: logger).opened()
    }

    private func watch(_ location: String, every interval: Duration, logger: Logger) async throws -> ModelSource {
        guard location.hasPrefix("models:") else {
            guard !TrackedURI.isTracked(location) else { return .reading { try await load(location) } }
            return .watching(try stores.resolve(location), every: interval, logger: logger)
        }
        // Kept open for as long as the program runs.
        let client = try await tracking.open(program: program, stores: stores)
        return .following(logger: logger) {
            client.models.watch(location, every: interval) { error in
                logger.error(
                    "the registry cannot be asked for \(location), the model stays", metadata: ["error": "\(error)"])
            }.map(\.files.location)
        }
    }
}
