import Essentials
public import ModelKit

extension FraudModel {
    /// A model that LightGBM or XGBoost trained, from its file.
    ///
    /// - Parameters:
    ///   - file: where it comes from; for messages and ``ModelProvenance/data``.
    ///   - features: how the classifier's features are computed, for instance as those of another model; they must have
    ///     the names of the file's. Nil: they are read from columns of these names.
    ///   - names: names for the features instead of the file's, in its order; empty for the file's own.
    /// - Throws: `ModelError` for a file that cannot be read, or has another number of features; ``ScoringError`` for
    ///   `features` of other names, or a threshold that is not in 0...1.
    public init(
        importing bytes: [UInt8], format: ModelFileFormat, file: String, features: FeatureDefinition? = nil,
        names: [String] = [], threshold: Double = 0.5
    ) throws {
        let classifier = try format.read(bytes, fileName: file, featureNames: names.isEmpty ? nil : names)
        var provenance = ModelProvenance(createdAt: Date.now.formatted(.iso8601), data: file, rows: 0)
        provenance.parameters = ["imported_from": format.rawValue, "trees": "\(classifier.treeCount)"]
        try self.init(
            features: features ?? .columns(classifier.featureNames), classifier: classifier, threshold: threshold,
            provenance: provenance)
    }
}

extension FraudModel {
    /// A model that Spark ML trained.
    ///
    /// - Parameters:
    ///   - location: where it comes from, for ``ModelProvenance/data``.
    ///   - features: how the classifier's features are computed; nil: they are read from columns of their names.
    ///   - threshold: nil for the model's own.
    /// - Throws: ``ScoringError`` for `features` of other names, or a threshold that is not in 0...1.
    public init(
        importing model: SparkModel, from location: String, features: FeatureDefinition? = nil,
        threshold: Double? = nil
    ) throws(ScoringError) {
        var provenance = ModelProvenance(createdAt: Date.now.formatted(.iso8601), data: location, rows: 0)
        provenance.parameters = ["imported_from": "spark", "spark_version": model.sparkVersion]
        try self.init(
            features: features ?? .columns(model.classifier.featureNames), classifier: model.classifier,
            threshold: threshold ?? model.threshold, provenance: provenance)
    }
}
