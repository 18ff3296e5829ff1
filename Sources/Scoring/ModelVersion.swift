import ModelKit

/// Everything that is written when a model is saved to a folder.
struct ModelVersion: Sendable {
    /// The files that the checksums cover, by path from the folder.
    let files: [String: [UInt8]]
    /// Files at the top of the folder that point into the subfolder of ``files``.
    let topFiles: [String: [UInt8]]
    /// The checksums, to be written last.
    let manifest: ModelManifest

    /// - Parameter generation: the number of the subfolder; 0 for the folder itself.
    /// - Throws: `ModelError` for a classifier that has no stored form.
    init(_ model: FraudModel, generation: Int, withMLflow: Bool) throws {
        var named = try ModelFiles.encode(model)
        var topFiles: [String: [UInt8]] = [:]
        if withMLflow, let onnx = try ModelVersion.onnx(model) {
            let mlflow = try MLflowModel(model, onnx: onnx, bundle: named)
            named.merge(mlflow.wholeFiles) { own, _ in own }
            if generation > 0 { topFiles = mlflow.topFiles(subfolder: "\(generation)") }
        }
        self.topFiles = topFiles
        manifest = ModelManifest(files: named, generation: generation)
        var files: [String: [UInt8]] = [:]
        for (name, bytes) in named { files[ModelManifest.path(ofName: name, generation: generation)] = bytes }
        self.files = files
    }

    /// - Returns: nil for a model that has no ONNX form.
    private static func onnx(_ model: FraudModel) throws -> ONNXModel? {
        do {
            return try model.onnx()
        } catch ModelError.invalidSetting {
            return nil
        }
    }
}
