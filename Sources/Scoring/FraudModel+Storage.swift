public import StorageIO

extension FraudModel {
    /// Writes the model to a folder of any object store.
    ///
    /// - `model.json`: features, threshold, provenance; `classifier/`: the classifier's files (`ClassifierArchive`);
    ///   `feature-state.bin`: the history; `SHA256SUMS`: the checksums of all files, written last.
    /// - The folder is a model of MLflow as well: `MLmodel`, `model.onnx`, an example and the environment. MLflow scores the
    ///   classifier's features by name (`mlflow.pyfunc.load_model(FOLDER).predict(FEATURES)`) and gives `probability` and
    ///   `label`. These files are left out for features that ONNX cannot name (``onnx()`` says why).
    /// - The model appears whole or not at all. Where the folder holds a model already, that one stays whole until the new one, in
    ///   a numbered subfolder, is complete; then its files go. After a failure the folder holds what it held. `MLmodel` stays at
    ///   the top and points into the subfolder.
    /// - Parameter withMLflow: whether to write the files of MLflow.
    /// - Throws: `ObjectStoreError`; `ModelError` for a classifier that has no stored form; ``StoredModelError`` when the folder's
    ///   present list of checksums is not one.
    public func save(to location: StorageLocation, withMLflow: Bool = true) async throws {
        try await ModelFolder(location: location).save(self, withMLflow: withMLflow)
    }

    /// Reads a model from a folder that ``save(to:withMLflow:)`` wrote, and checks every file that it takes. MLflow's are not read.
    /// - Throws: `ObjectStoreError`; ``StoredModelError`` that names the file.
    public static func load(from location: StorageLocation) async throws -> FraudModel {
        try await ModelFolder(location: location).load().model
    }
}
