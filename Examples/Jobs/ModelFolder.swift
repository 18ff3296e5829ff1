package import Scoring
package import StorageIO

/// Models at places as users write them.
package enum ModelFolder {
    package static func save(_ model: FraudModel, to place: String, stores: ObjectStores) async throws {
        let place = try stores.resolve(place)
        try await model.save(to: place.store, folder: place.location.path)
    }

    package static func load(_ place: String, stores: ObjectStores) async throws -> FraudModel {
        let place = try stores.resolve(place)
        return try await FraudModel.load(from: place.store, folder: place.location.path)
    }
}
