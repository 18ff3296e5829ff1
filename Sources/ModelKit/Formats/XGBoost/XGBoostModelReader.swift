import Columnar
import Essentials

/// Reads XGBoost's models in JSON and UBJSON, versions 1.x to 3.x: `gbtree` and `dart` for two classes.
///
/// The schema is that of `doc/model.schema` in XGBoost's repository. XGBoost compares `value < threshold` in 32 bits:
/// a threshold here is the number next below. It begins with the log-odds of the base score, and adds leaves in 32 bits
/// in the order of the trees: the base score is a tree of one leaf here, the first.
struct XGBoostModelReader {
    /// - Throws: ``ModelError/malformedModel(_:)`` with the path of the member and what is wrong with it.
    static func model(
        _ bytes: [UInt8], fileName: String, featureNames: [String]? = nil
    ) throws(ModelError) -> TreeEnsemble {
        let root = try XGBoostFields(XGBoostValue(bytes, fileName: fileName), path: fileName)
        let learner = try root.object("learner")
        let parameters = try learner.object("learner_model_param")
        try checkKind(learner, parameters)
        let names = try self.featureNames(learner, parameters, given: featureNames)

        let booster = try learner.object("gradient_booster")
        let kind = try booster.string("name")
        let forest: XGBoostFields
        switch kind {
        case "gbtree": forest = try booster.object("model")
        case "dart": forest = try booster.object("gbtree").object("model")
        default:
            throw booster.error("name", "is \(QuotedText.value(kind)); 'gbtree' and 'dart' are supported")
        }
        let stored = try forest.objects("trees")
        let weights = kind == "dart" ? try booster.numbers("weight_drop", count: stored.count) : []
        var words = 0
        var trees: [DecisionTree] = []
        let base = try baseMargin(parameters)
        if base != 0 { trees.append(DecisionTree(constant: Double(base))) }
        for (index, tree) in stored.enumerated() {
            trees.append(
                try XGBoostTreeReader(tree, weight: weights.isEmpty ? 1 : Float(weights[index]), words: &words).tree())
        }
        return try TreeEnsemble(
            featureNames: names, trees: trees, combination: .sum, link: .logistic, arithmetic: .single)
    }

    /// One output, which is a probability by the logistic function.
    private static func checkKind(_ learner: XGBoostFields, _ parameters: XGBoostFields) throws(ModelError) {
        let objective = try learner.object("objective")
        let name = try objective.string("name")
        guard name == "binary:logistic" || name == "reg:logistic" else {
            throw objective.error("name", "is \(QuotedText.value(name)); 'binary:logistic' is supported")
        }
        for key in ["num_class", "num_target"] {
            let count = try parameters.parameter(key, default: 1)
            guard count <= 1 else { throw parameters.error(key, "is \(count); only one output is supported") }
        }
    }

    private static func featureNames(
        _ learner: XGBoostFields, _ parameters: XGBoostFields, given: [String]?
    ) throws(ModelError) -> [String] {
        let number = try parameters.parameter("num_feature")
        guard let count = Int(exactly: number), count >= 0, count <= Int(Int32.max) else {
            throw parameters.error("num_feature", "is \(number)")
        }
        let stored = try learner.strings("feature_names")
        guard stored.isEmpty || stored.count == count else {
            throw learner.error("feature_names", "has \(stored.count) names, num_feature is \(count)")
        }
        if let given {
            guard given.count == count else {
                throw parameters.error("num_feature", "is \(count); \(given.count) names are given")
            }
            return given
        }
        if !stored.isEmpty { return stored }
        // The names cost memory that no bytes of the file account for.
        guard count <= 1 << 20 else {
            throw learner.error("feature_names", "is missing for \(count) features, more than \(1 << 20)")
        }
        return (0..<count).map { "f\($0)" }
    }

    /// `ProbToMargin` of `LogisticRegression` in `regression_loss.h`, in 32 bits.
    private static func baseMargin(_ parameters: XGBoostFields) throws(ModelError) -> Float {
        let score = Float(try parameters.parameter("base_score"))
        guard score > 0, score < 1 else { throw parameters.error("base_score", "is \(score), not between 0 and 1") }
        return -log(1 / score - 1)
    }
}
