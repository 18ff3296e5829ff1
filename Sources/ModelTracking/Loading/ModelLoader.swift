public import Essentials
public import Features
public import Logging
public import Scoring
public import StorageIO
public import Tracking

/// Loads models by location: folders in any store, `models:/NAME@alias`, `models:/NAME/3` and `runs:/ID/path`.
public struct ModelLoader: Sendable {
    private let stores: ObjectStoreRegistry
    private let tracking: TrackingDestination
    private let program: String
    private let custom: CustomFeatures

    /// - Parameters:
    ///   - stores: finds folders, and the files of runs.
    ///   - tracking: knows registered models and runs; asked only for `models:` and `runs:` URIs.
    ///   - program: named as the user of the tracking server.
    ///   - custom: The kinds of features that the models' plans have from the program.
    public init(
        stores: ObjectStoreRegistry = ObjectStoreRegistry(), tracking: TrackingDestination = TrackingDestination(),
        program: String = ProcessInfo.processInfo.processName, custom: CustomFeatures = .none
    ) {
        self.stores = stores
        self.tracking = tracking
        self.program = program
        self.custom = custom
    }

    /// Loads a model.
    /// - Throws: `TrackingError`, `ObjectStoreError`, `StoredModelError`.
    public func load(_ location: String) async throws -> FraudModel {
        guard try Self.isTracked(location) else {
            return try await FraudModel.load(from: stores.resolve(location), custom: custom)
        }
        let client = try await tracking.open(program: program, stores: stores)
        do {
            let model = try await FraudModel.load(from: client.artifacts(at: location).location, custom: custom)
            try await client.close()
            return model
        } catch {
            try? await client.close()
            throw error
        }
    }

    /// The model, and a source that begins with it and goes on with each later one.
    /// - Parameters:
    ///   - location: what ``load(_:)`` takes.
    ///   - interval: the time between two checks for a newer one; nil to keep the first.
    ///   - logger: gets new models, and failures to load one.
    /// - Throws: what ``load(_:)`` throws, when the first model cannot be loaded.
    public func open(
        _ location: String, every interval: Duration?, logger: Logger
    ) async throws -> (first: FraudModel, models: ModelSource) {
        guard let interval else { return try await ModelSource.reading { try await load(location) }.opened() }
        return try await watch(location, every: interval, logger: logger).opened()
    }

    private static func isTracked(_ location: String) throws -> Bool {
        if case .location = try ArtifactReference(location) { false } else { true }
    }

    private func watch(_ location: String, every interval: Duration, logger: Logger) async throws -> ModelSource {
        guard location.hasPrefix("models:") else {
            guard try !Self.isTracked(location) else { return .reading { try await load(location) } }
            return .watching(try stores.resolve(location), every: interval, custom: custom, logger: logger)
        }
        // Kept open for as long as the program runs.
        let client = try await tracking.open(program: program, stores: stores)
        return .following(custom: custom, logger: logger) {
            client.models.watch(location, every: interval) { error in
                logger.error(
                    "the registry cannot be asked for \(location), the model stays", metadata: ["error": "\(error)"])
            }.map(\.files.location)
        }
    }
}
