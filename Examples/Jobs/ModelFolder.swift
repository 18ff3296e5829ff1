package import Logging
package import Scoring
package import StorageIO

/// Models at places as users write them.
package enum ModelFolder {
    package static func save(_ model: FraudModel, to place: String, stores: ObjectStores) async throws {
        try await model.save(to: stores.resolve(place))
    }

    package static func load(_ place: String, stores: ObjectStores) async throws -> FraudModel {
        try await FraudModel.load(from: stores.resolve(place))
    }

    /// The model and each one that takes its place.
    package static func watch(
        _ place: String, stores: ObjectStores, every interval: Duration, logger: Logger
    ) throws -> ModelSource {
        .watching(try stores.resolve(place), every: interval, logger: logger)
    }
}
