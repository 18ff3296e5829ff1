import Essentials

/// A classifier as an ONNX model, for ONNX Runtime (1.17 and later) and whatever else runs ONNX.
///
/// - Inputs: one `float` tensor per feature, named after it, of shape `[rows]`; a model of one feature takes `[rows,
///   1]`. Features are matched by name, not by position. NaN is 'missing', as in ``FeatureMatrix``.
/// - Outputs: `probability`, `float`, `[rows]`, and `label`, `int64`, `[rows]`: 1 where the probability is at or above the
///   threshold.
/// - Every row of 32-bit values takes the same branches as in this library: inputs and thresholds are 32-bit, NaN goes
///   to the same side, and categories are in the same sets. Sums are 64-bit. (A LightGBM model compares 64-bit values in
///   64 bits in this library; see ``BinaryClassifier/takesDoubles``.) Probabilities differ from the classifier's by less than 1e-6 (usually 1e-7:
///   they are 32-bit). Labels are the classifier's for thresholds from 1e-17 on; for trees, a sum that is below the
///   threshold's by no more than the error of 64-bit summation (1e-11 for a hundred trees) counts as equal to it, since
///   runtimes may add trees in another order. An XGBoost model adds in 32 bits here, so that near the threshold its labels
///   may differ.
///
/// The format is that of [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): IR version 8, operators
/// of `ai.onnx` 17 and `ai.onnx.ml` 3. Equal classifiers give equal bytes.
public struct ONNXModel: Sendable, Hashable {
    /// The file.
    public let bytes: [UInt8]

    /// The name of the output that holds probabilities.
    public static let probabilityName = "probability"
    /// The name of the output that holds labels.
    public static let labelName = "label"

    private static let irVersion: Int64 = 8
    private static let opsets: [(domain: ONNXNode.Domain, version: Int64)] = [(.standard, 17), (.machineLearning, 3)]

    /// Writes a classifier.
    /// - Parameters:
    ///   - threshold: probabilities at or above it get the label 1.
    ///   - properties: entries of the model's `metadata_props`, beside `threshold` and `feature_names` (a JSON array).
    ///   - description: the model's `doc_string`.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a threshold that is not in 0...1, a type of classifier that is not this
    ///   module's, an average of classifiers, isotonic regression, whose steps 32-bit probabilities do not hold, thresholds
    ///   of one feature that 32 bits merge, a model or tables of categories beyond protobuf's limit of 2 GB, and for feature
    ///   names that ONNX cannot hold: none at all, an
    ///   empty one, one that occurs twice or is an output's, or begins with `#`.
    public init(
        _ classifier: any BinaryClassifier, threshold: Double = 0.5, properties: [String: String] = [:],
        description: String = ""
    ) throws(ModelError) {
        guard (0...1).contains(threshold) else { throw .invalidSetting("threshold is \(threshold), expected 0 to 1") }
        let features = classifier.featureNames
        try Self.checkNames(features)

        var graph = ONNXGraph()
        for name in features { graph.input(name, features.count == 1 ? .column : .vector) }
        let result = try Self.addNodes(classifier, threshold: threshold, to: &graph)
        graph.output(Self.probabilityName, .float32, graph.cast(result.probability, to: .float32))
        graph.output(Self.labelName, .int64, graph.cast(result.isPositive, to: .int64))

        var entries = properties
        entries["threshold"] = "\(threshold)"
        entries["feature_names"] = try Self.json(features)
        bytes = Self.encoded(graph, entries, description)
        guard bytes.count <= Int32.max else {
            throw .invalidSetting("the model takes \(bytes.count) bytes as ONNX; protobuf's limit is 2 GB")
        }
    }

    /// Adds the nodes of a classifier: its probability in 64 bits, and whether that reaches the threshold.
    private static func addNodes(
        _ classifier: any BinaryClassifier, threshold: Double, to graph: inout ONNXGraph
    ) throws(ModelError) -> (probability: String, isPositive: String) {
        switch classifier {
        case let trees as TreeEnsemble:
            if let name = trees.featureWithMergingThresholds {
                throw .invalidSetting(
                    "feature '\(name)' has thresholds that 32 bits do not tell apart, as ONNX's inputs would need")
            }
            let matrix = matrix(of: trees.featureNames, &graph)
            return try trees.addNodes(to: &graph, matrix: matrix, threshold: threshold)
        case let regression as LogisticRegression:
            let matrix = matrix(of: regression.featureNames, &graph)
            return regression.addNodes(to: &graph, matrix: matrix, threshold: threshold)
        case let calibrated as CalibratedClassifier:
            // A calibration is monotone: its labels are the base's at another threshold.
            let base = try addNodes(
                calibrated.base, threshold: calibrated.calibration.leastProbability(reaching: threshold), to: &graph)
            return (try graph.calibrated(base.probability, calibrated.calibration), base.isPositive)
        default:
            throw .invalidSetting("a classifier of type \(type(of: classifier)) has no ONNX form")
        }
    }

    private static func checkNames(_ names: [String]) throws(ModelError) {
        guard !names.isEmpty else { throw .invalidSetting("a model without features has no ONNX form") }
        var seen: Set<String> = [probabilityName, labelName]
        for name in names {
            guard !name.isEmpty, !name.hasPrefix("#"), seen.insert(name).inserted else {
                throw .invalidSetting(
                    "the feature name '\(name)' cannot be an ONNX input's: names must differ from each other, from "
                        + "'\(probabilityName)' and '\(labelName)', be not empty and not begin with '#'")
            }
        }
    }

    /// The features side by side: rows x features.
    private static func matrix(of features: [String], _ graph: inout ONNXGraph) -> String {
        guard features.count > 1 else { return features[0] }
        let axis = graph.constant(.vector([1]))
        let columns = features.map { graph.node("Unsqueeze", $0, axis) }
        return graph.node("Concat", columns, resultCount: 1, attributes: [.integer("axis", 1)])[0]
    }

    private static func json(_ names: [String]) throws(ModelError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return String(decoding: try encoder.encode(names), as: UTF8.self)
        } catch {
            throw .invalidSetting("feature names: \(error)")
        }
    }

    /// Writes `ModelProto`: `ir_version` = 1, `producer_name` = 2, `doc_string` = 6, `graph` = 7, `opset_import` = 8 (`domain` = 1,
    /// `version` = 2), `metadata_props` = 14 (`key` = 1, `value` = 2).
    private static func encoded(
        _ graph: ONNXGraph, _ properties: [String: String], _ description: String
    ) -> [UInt8] {
        var model = ProtobufWriter()
        model.integer(1, irVersion)
        model.string(2, "antifraud")
        if !description.isEmpty { model.string(6, description) }
        model.message(7) { graph.write(name: "classifier", to: &$0) }
        for opset in opsets {
            model.message(8) {
                $0.string(1, opset.domain.rawValue)
                $0.integer(2, opset.version)
            }
        }
        for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
            model.message(14) {
                $0.string(1, key)
                $0.string(2, value)
            }
        }
        return model.bytes
    }
}
