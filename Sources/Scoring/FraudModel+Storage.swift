public import Features
public import StorageIO

extension FraudModel {
    /// Writes the model to a folder of any object store.
    ///
    /// - `model.json`: features, threshold, provenance; `classifier/`: the classifier's files (`ClassifierArchive`);
    ///   `feature-state.bin`: the history; `SHA256SUMS`: the checksums of all files, written last.
    /// - The folder is an MLflow model as well: `MLmodel`, `model.onnx`, an example and the environment. MLflow scores
    ///   the classifier's features by name (`mlflow.pyfunc.load_model(FOLDER).predict(FEATURES)`) and gives
    ///   `probability` and `label`. These files are left out for features that ONNX cannot name (``onnx()`` says why).
    /// - The model appears whole or not at all. If the folder contains a model already, that one stays complete until
    ///   the new one, in a numbered subfolder, is complete; then its files are removed. After a failure the folder is
    ///   as it was. `MLmodel` stays at the top and points into the subfolder.
    /// - Parameter withMLflow: whether to write the files of MLflow.
    /// - Throws: `ObjectStoreError`; `ModelError` for a classifier that has no stored form; ``StoredModelError`` when
    ///   the folder's existing list of checksums is malformed.
    public func save(to location: StorageLocation, withMLflow: Bool = true) async throws {
        try await ModelFolder(location: location).save(self, withMLflow: withMLflow)
    }

    /// Reads a model from a folder that ``save(to:withMLflow:)`` wrote, and verifies every file that it reads. MLflow's
    /// files are not read.
    /// - Parameter custom: The kinds of features that the model's plan has from the program; they are not stored with it.
    /// - Throws: `ObjectStoreError`; ``StoredModelError`` that names the file, such as
    ///   ``StoredModelError/unregisteredFunction(file:feature:name:available:)``.
    public static func load(
        from location: StorageLocation, custom: CustomFeatures = .none
    ) async throws -> FraudModel {
        try await ModelFolder(location: location, custom: custom).load().model
    }
}
