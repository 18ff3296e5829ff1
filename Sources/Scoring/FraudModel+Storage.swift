public import StorageIO

extension FraudModel {
    /// Writes the model to a folder of any object store.
    ///
    /// - `model.json`: features, threshold, provenance; `classifier/`: the classifier's files (`ClassifierArchive`);
    ///   `feature-state.bin`: the history; `SHA256SUMS`: the checksums of these, written last.
    /// - The model appears whole or not at all. Where the folder holds a model already, that one stays whole until the new one, in
    ///   a numbered subfolder, is complete; then its files go. After a failure the folder holds what it held.
    /// - Throws: `ObjectStoreError`; `ModelError` for a classifier that has no stored form; ``StoredModelError`` when the folder's
    ///   present list of checksums is not one.
    public func save(to place: StoredPlace) async throws {
        try await ModelFolder(place: place).save(self)
    }

    /// Reads a model from a folder that ``save(to:)`` wrote, and checks every file.
    /// - Throws: `ObjectStoreError`; ``StoredModelError`` that names the file.
    public static func load(from place: StoredPlace) async throws -> FraudModel {
        try await ModelFolder(place: place).load().model
    }
}
