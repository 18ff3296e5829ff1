import JobSupport
package import Logging
package import Scoring
package import StorageIO
import Tracking

/// Models at places as users write them: folders in any store, `models:/NAME@alias`, `models:/NAME/3` and `runs:/ID/path`.
package struct ModelPlaces: Sendable {
    private let stores: ObjectStores
    private let tracking: TrackingPlace
    private let program: String

    /// - Parameter tracking: knows registered models and runs.
    package init(stores: ObjectStores, tracking: TrackingPlace, program: String) {
        self.stores = stores
        self.tracking = tracking
        self.program = program
    }

    package func load(_ place: String) async throws -> FraudModel {
        guard TrackedURI.isTracked(place) else { return try await FraudModel.load(from: stores.resolve(place)) }
        let client = try await tracking.open(program: program, stores: stores)
        do {
            let model = try await FraudModel.load(from: client.artifacts(at: place).place)
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
        _ place: String, every interval: Duration?, logger: Logger
    ) async throws -> (first: FraudModel, models: ModelSource) {
        guard let interval else { return try await ModelSource.reading { try await load(place) }.opened() }
        return try await watch(place, every: interval, logger: logger).opened()
    }

    private func watch(_ place: String, every interval: Duration, logger: Logger) async throws -> ModelSource {
        guard place.hasPrefix("models:") else {
            guard !TrackedURI.isTracked(place) else { return .reading { try await load(place) } }
            return .watching(try stores.resolve(place), every: interval, logger: logger)
        }
        // Kept open for as long as the program runs.
        let client = try await tracking.open(program: program, stores: stores)
        return .following(logger: logger) {
            client.models.watch(place, every: interval) { error in
                logger.error(
                    "the registry cannot be asked for \(place), the model stays", metadata: ["error": "\(error)"])
            }.map(\.files.place)
        }
    }
}
