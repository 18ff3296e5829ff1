import Essentials
import JobSupport
import ModelKit
import Scoring
package import StorageIO

/// Reads a model in one form and writes it in another.
package struct ConversionJob: Sendable {
    /// The locations, and the forms where their endings do not tell them.
    package var from: String
    package var to: String
    package var fromForm: ModelForm
    package var toForm: ModelForm
    /// Names instead of those of the file, in its order.
    package var names: [String] = []
    /// The folder of a model whose features an imported one has.
    package var featuresOf: String?
    /// Nil: that of the model, or 0.5.
    package var threshold: Double?
    package var stores: ObjectStoreRegistry

    package init(from: String, to: String, fromForm: ModelForm, toForm: ModelForm, stores: ObjectStoreRegistry) {
        self.from = from
        self.to = to
        self.fromForm = fromForm
        self.toForm = toForm
        self.stores = stores
    }

    /// - Throws: `ModelError` that says what a form cannot hold; `StoredModelError`, `ObjectStoreError`.
    package func run() async throws -> ConversionSummary {
        guard fromForm != .folder || toForm != .folder else {
            throw JobError.contradictorySettings(
                "\(from) and \(to) are both model folders; copy-data copies one, --from and --to name other forms")
        }
        try await stores.checkOutputs([to], against: [from, featuresOf])
        let model = try await read()
        let target = try stores.resolve(to)
        switch toForm {
        case .folder:
            try await model.save(to: target)
        case .spark:
            throw JobError.contradictorySettings("\(to): Spark's models are read, not written")
        case .file(.onnx):
            try await target.store.put(model.onnx().bytes, to: try target.key())
        case .file(let format):
            try await target.store.put(format.write(model.classifier), to: try target.key())
        }
        return ConversionSummary(
            from: from, fromFormat: fromForm.name, to: to, toFormat: toForm.name, features: model.features.names,
            trees: (model.classifier as? TreeEnsemble)?.treeCount, threshold: model.threshold)
    }

    private func read() async throws -> FraudModel {
        let source = try stores.resolve(from)
        if fromForm == .folder {
            guard names.isEmpty, featuresOf == nil else {
                throw JobError.contradictorySettings("\(from) is a model folder, which has its own features")
            }
            var model = try await FraudModel.load(from: source)
            if let threshold { model.threshold = threshold }
            return model
        }
        var other: FraudModel?
        if let featuresOf { other = try await FraudModel.load(from: stores.resolve(featuresOf)) }
        var model = try await imported(source, features: other?.features)
        // Features of transactions continue the other model's history.
        model.state = other?.state
        model.history = other?.history
        return model
    }

    private func imported(_ source: StorageLocation, features: FeatureDefinition?) async throws -> FraudModel {
        if case .file(let format) = fromForm {
            return try FraudModel(
                importing: try await source.store.read(try source.key()), format: format, file: from,
                features: features, names: names, threshold: threshold ?? 0.5)
        }
        guard names.isEmpty else {
            throw JobError.contradictorySettings("\(from) is Spark's, whose features are named after its columns")
        }
        var files: [String: [UInt8]] = [:]
        for try await object in source.store.list(prefix: source.folderPrefix) {
            let path = String(object.key.path.dropFirst(source.folderPrefix.count))
            // Beside them are checksums and marks.
            guard path.split(separator: "/").last?.hasPrefix("part-") == true else { continue }
            files[path] = try await source.store.read(object.key)
        }
        return try FraudModel(
            importing: try await SparkModel(files: files), from: from, features: features, threshold: threshold)
    }
}

/// What was converted.
package struct ConversionSummary: Sendable, Hashable, Codable {
    package var from: String
    package var fromFormat: String
    package var to: String
    package var toFormat: String
    /// The features' names, in the classifier's order.
    package var features: [String]
    /// Absent for a logistic regression.
    package var trees: Int?
    package var threshold: Double

    /// The summary for a terminal.
    package var text: String {
        var lines = ["from                 \(from) (\(fromFormat))", "to                   \(to) (\(toFormat))"]
        if let trees { lines.append("trees                \(trees)") }
        let shown = features.prefix(8).joined(separator: ", ")
        lines.append("features             \(features.count): \(shown)\(features.count > 8 ? ", …" : "")")
        lines.append("threshold            \(threshold)")
        return lines.joined(separator: "\n")
    }
}
