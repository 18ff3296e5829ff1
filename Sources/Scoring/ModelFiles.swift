import Features
import Essentials
import ModelKit

/// A model as named files.
enum ModelFiles {
    static let modelName = "model.json"
    static let stateName = "feature-state.bin"
    static let historyName = "feature-history.bin"
    static let classifierPrefix = "classifier/"
    private static let format = "antifraud-model"
    static let version = 1

    /// The contents of `model.json` except its format and version.
    private struct Description: Codable {
        var format: String
        var formatVersion: Int
        var features: FeatureDefinition
        var featureNames: [String]
        var threshold: Double
        var hasState: Bool
        var provenance: ModelProvenance

        enum CodingKeys: String, CodingKey {
            case format
            case formatVersion = "format_version"
            case features
            case featureNames = "feature_names"
            case threshold
            case hasState = "has_state"
            case provenance
        }
    }

    /// Read first, since a newer version may have changed everything else.
    private struct Version: Decodable {
        var format: String
        var formatVersion: Int

        enum CodingKeys: String, CodingKey {
            case format
            case formatVersion = "format_version"
        }
    }

    /// - Throws: `ModelError` for a classifier that has no stored form.
    static func encode(_ model: FraudModel) throws -> [String: [UInt8]] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let description = Description(
            format: format, formatVersion: version, features: model.features, featureNames: model.features.names,
            threshold: model.threshold, hasState: storedHistory(of: model) != nil, provenance: model.provenance)
        var files = [modelName: Array(try encoder.encode(description))]
        for (name, bytes) in try ClassifierArchive.encode(model.classifier) { files[classifierPrefix + name] = bytes }
        if let state = model.state { files[stateName] = state.encoded() }
        if let history = model.history { files[historyName] = history.encoded() }
        return files
    }

    /// The file that holds the history of a model; nil where it has none.
    static func storedHistory(of model: FraudModel) -> String? {
        if model.history != nil { return historyName }
        return model.state == nil ? nil : stateName
    }

    /// Whether ``decode(_:locate:)`` reads a file of this name.
    static func isOwn(_ name: String) -> Bool {
        name == modelName || name == stateName || name == historyName || name.hasPrefix(classifierPrefix)
    }

    /// - Parameters:
    ///   - custom: the kinds of features that plans have from the program.
    ///   - locate: the location of a file, for messages.
    /// - Throws: ``StoredModelError``.
    static func decode(
        _ files: [String: [UInt8]], custom: CustomFeatures, locate: (String) -> String
    ) throws -> FraudModel {
        guard let bytes = files[modelName] else { throw StoredModelError.missingFile(locate(modelName)) }
        let version: Version = try json(bytes, locate(modelName))
        guard version.format == format else {
            throw StoredModelError.malformed(
                file: locate(modelName), message: "the format is '\(version.format)', expected '\(format)'")
        }
        guard version.formatVersion <= self.version else {
            throw StoredModelError.newerVersion(
                file: locate(modelName), version: version.formatVersion, supported: self.version)
        }
        let description: Description = try json(bytes, locate(modelName))
        guard description.featureNames == description.features.names else {
            throw StoredModelError.malformed(
                file: locate(modelName), message: "feature_names are not those of the features' definition")
        }
        var state: FeatureState?
        var history: FeatureHistory?
        if description.hasState, case .plan(let plan, let schema) = description.features {
            let engine = try naming(locate(modelName)) { try FeatureEngine(plan, schema: schema, custom: custom) }
            guard let bytes = files[historyName] else { throw StoredModelError.missingFile(locate(historyName)) }
            history = try naming(locate(historyName)) { try FeatureHistory(decoding: bytes, for: engine) }
        } else if description.hasState {
            guard let bytes = files[stateName] else { throw StoredModelError.missingFile(locate(stateName)) }
            state = try naming(locate(stateName)) { try FeatureState(decoding: bytes) }
        }
        var classifierFiles: [String: [UInt8]] = [:]
        for (name, bytes) in files where name.hasPrefix(classifierPrefix) {
            classifierFiles[String(name.dropFirst(classifierPrefix.count))] = bytes
        }
        let classifier = try naming(locate(classifierPrefix)) { try ClassifierArchive.decode(classifierFiles) }
        return try naming(locate(modelName)) {
            try FraudModel(
                features: description.features, classifier: classifier, threshold: description.threshold,
                provenance: description.provenance, state: state, history: history, custom: custom)
        }
    }

    private static func json<Value: Decodable>(_ bytes: [UInt8], _ location: String) throws -> Value {
        try naming(location) { try JSONDecoder().decode(Value.self, from: Data(bytes)) }
    }

    private static func naming<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch FeatureEngineError.unknownFunction(let feature, let name, let available),
            ScoringError.unusablePlan(.unknownFunction(let feature, let name, let available))
        {
            throw StoredModelError.unregisteredFunction(
                file: file, feature: feature, name: name, available: available)
        } catch {
            throw StoredModelError.malformed(file: file, message: "\(error)")
        }
    }
}
