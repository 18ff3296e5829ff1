public import ModelKit

/// A classifier that Spark ML trained, from the folder of a `PipelineModel`.
///
/// - Classifiers: `GBTClassificationModel`, `RandomForestClassificationModel`, `DecisionTreeClassificationModel` and
///   `LogisticRegressionModel`, for two classes. Other stages: `VectorAssembler`, `OneHotEncoderModel`,
///   `StandardScalerModel`. Any other stage is refused with its name.
/// - Features are the columns that the assembler takes. Of trees, elements of a one-hot vector become tests of the
///   column's code; a logistic regression has a feature for each, named `hour=3`, which is 0 or 1.
/// - Codes that the encoder does not know, and missing values, with which Spark ends unless told to keep them, are in no set
///   of categories; at a threshold a missing value goes to the right, as in Spark.
///
/// Probabilities are Spark's but for the last digits. The layout is that of `Pipeline.scala` and `treeModels.scala` in
/// Spark's repository (versions 2 to 4).
public struct SparkModel: Sendable {
    /// The classifier.
    public let classifier: any BinaryClassifier
    /// Probabilities above it are the class 1 in Spark; 0.5 for trees.
    public let threshold: Double
    /// The version of Spark that wrote the model.
    public let sparkVersion: String

    private static let package = "org.apache.spark.ml.classification."

    /// - Parameter files: the folder's files by their paths from it, such as `metadata/part-00000`.
    /// - Throws: `ModelError` that names the file or stage, and what is wrong or not supported; `ParquetError`.
    public init(files: [String: [UInt8]]) async throws {
        let files = SparkFiles(files: files)
        let pipeline = try files.metadata(in: "")
        guard let stages = pipeline.parameter(\.stageUids) else {
            throw SparkFiles.error("metadata", "the class is \(pipeline.class), expected a PipelineModel")
        }
        sparkVersion = pipeline.sparkVersion
        var vectors = SparkVectors()
        var found: (classifier: any BinaryClassifier, threshold: Double)?
        for uid in stages {
            let folder = try files.folder(ofStage: uid)
            let stage = try files.metadata(in: folder)
            guard found == nil else { throw SparkFiles.error(folder, "a stage after the classifier") }
            guard stage.class.hasPrefix(Self.package) else {
                try await vectors.add(stage, folder: folder, files: files)
                continue
            }
            guard stage.numClasses ?? 2 == 2 else {
                throw SparkFiles.error(folder, "\(stage.numClasses ?? 0) classes, expected 2")
            }
            let elements = vectors[stage.parameter(\.featuresCol) ?? "features"]
            found = (
                try await Self.classifier(stage, folder, files, elements), stage.parameter(\.threshold) ?? 0.5
            )
        }
        guard let found else { throw SparkFiles.error("stages", "there is no classifier among \(stages.count) stages") }
        (classifier, threshold) = found
    }

    private static func classifier(
        _ stage: SparkFiles.Metadata, _ folder: String, _ files: SparkFiles, _ elements: [SparkVectors.Element]
    ) async throws -> any BinaryClassifier {
        let data = try await files.table(folder + "data/")
        switch stage.class {
        case package + "GBTClassificationModel":
            let trees = try await SparkTrees(data, prefix: "nodeData.", elements: elements)
            let table = try await files.table(folder + "treesMetadata/")
            let weights = try await zip(table.integers("treeID"), table.numbers("weights")).sorted { $0.0 < $1.0 }
            return try TreeEnsemble(
                featureNames: trees.columns, trees: weights.map { try trees.boosted($0.0, weight: $0.1) },
                combination: .sum, link: .logistic)
        case package + "RandomForestClassificationModel":
            let trees = try await SparkTrees(data, prefix: "nodeData.", elements: elements)
            return try TreeEnsemble(
                featureNames: trees.columns, trees: (0..<trees.count).map { try trees.shares($0) }, combination: .mean,
                link: .identity)
        case package + "DecisionTreeClassificationModel":
            let trees = try await SparkTrees(data, prefix: "", elements: elements)
            return try TreeEnsemble(
                featureNames: trees.columns, trees: [trees.shares(0)], combination: .mean, link: .identity)
        case package + "LogisticRegressionModel":
            return try await regression(data, folder, elements)
        default:
            throw SparkFiles.error(folder, "the classifier is a \(stage.class), which is not supported")
        }
    }

    private static func regression(
        _ data: SparkTable, _ folder: String, _ elements: [SparkVectors.Element]
    ) async throws -> LogisticRegression {
        guard try await data.integers("numClasses").first == 2, try await data.numbers("isMultinomial").first == 0
        else { throw SparkFiles.error(folder, "a multinomial logistic regression is not supported") }
        let coefficients = try await data.matrixRow("coefficientMatrix", count: elements.count)
        let intercept = try await data.vector("interceptVector", count: 1)[0]
        // An element that is always 0 does not count.
        let scaler = StandardScaler(
            featureNames: elements.map { element in element.code.map { "\(element.column)=\($0)" } ?? element.column },
            means: elements.map(\.shift), scales: elements.map { $0.factor == 0 ? 1 : 1 / $0.factor })
        return try LogisticRegression(
            scaler: scaler, coefficients: zip(coefficients, elements).map { $1.factor == 0 ? 0 : $0 },
            intercept: intercept)
    }
}
