import Essentials

/// The stored form of a classifier: named files.
///
/// `classifier.json` names format, version, kind and features. Trees are in `trees.txt`, LightGBM's text model: other
/// programs read it (Python: `lightgbm.Booster(model_file="trees.txt").predict(features)`), and a model that LightGBM
/// has trained for the objectives `binary` and `cross_entropy` is decoded in the same way, even from `trees.txt` alone.
/// Refused with an error that names them are a `sigmoid` other than 1, linear trees and more than two classes. Trees of
/// an XGBoost model, which compares and adds in 32 bits, are in `trees.ubj`, XGBoost's own form, and are decoded from it
/// alone, too. A logistic regression is in `logistic-regression.json`: scaler, coefficients, intercept. A calibrated classifier
/// has its calibration in `calibration.json`, and its base's files under names that begin with `base-`; an average has its
/// weights in `average.json`, and its members' files begin with `member-0-` and so on.
/// An isolation forest has its path lengths in `trees.txt` and its settings in `isolation-forest.json`.
public enum ClassifierArchive {
    private static let format = "antifraud-classifier"
    private static let version = 1
    private static let manifestName = "classifier.json"
    private static let treesName = "trees.txt"
    private static let xgboostName = "trees.ubj"
    private static let logisticRegressionName = "logistic-regression.json"
    private static let calibrationName = "calibration.json"
    private static let averageName = "average.json"
    private static let isolationName = "isolation-forest.json"
    private static let basePrefix = "base-"
    /// Classifiers inside of one another that are read.
    private static let deepestNesting = 8

    private enum Kind: String, Codable {
        case trees
        case xgboostTrees
        case logisticRegression
        case calibrated
        case averaged
        case isolationForest
    }

    private struct IsolationSettings: Codable {
        var rowsPerTree: Int
    }

    private struct Average: Codable {
        var weights: [Double]
    }

    private struct Manifest: Codable {
        var format: String
        var version: Int
        var kind: String
        var featureNames: [String]
    }

    /// The files of a classifier.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a type of classifier that is not this module's.
    public static func encode(_ classifier: any BinaryClassifier) throws(ModelError) -> [String: [UInt8]] {
        switch classifier {
        case let trees as TreeEnsemble where trees.arithmetic == .single:
            return [
                manifestName: try json(manifest(.xgboostTrees, trees.featureNames)),
                xgboostName: try XGBoostModelWriter.document(trees).ubjson,
            ]
        case let trees as TreeEnsemble:
            return [
                manifestName: try json(manifest(.trees, trees.featureNames)),
                treesName: Array(try LightGBMModelWriter.text(trees).utf8),
            ]
        case let regression as LogisticRegression:
            return [
                manifestName: try json(manifest(.logisticRegression, regression.featureNames)),
                logisticRegressionName: try json(regression),
            ]
        case let forest as IsolationForest:
            return [
                manifestName: try json(manifest(.isolationForest, forest.featureNames)),
                isolationName: try json(IsolationSettings(rowsPerTree: forest.rowsPerTree)),
                treesName: Array(try LightGBMModelWriter.text(forest.paths).utf8),
            ]
        case let calibrated as CalibratedClassifier:
            let own = [
                manifestName: try json(manifest(.calibrated, calibrated.featureNames)),
                calibrationName: try json(calibrated.calibration),
            ]
            return own.merging(prefixed(basePrefix, try encode(calibrated.base))) { own, _ in own }
        case let average as AveragedClassifier:
            var files = [
                manifestName: try json(manifest(.averaged, average.featureNames)),
                averageName: try json(Average(weights: average.weights)),
            ]
            for (index, member) in average.members.enumerated() {
                files.merge(prefixed(memberPrefix(index), try encode(member))) { own, _ in own }
            }
            return files
        default:
            throw .invalidSetting("a classifier of type \(type(of: classifier)) has no stored form")
        }
    }

    private static func memberPrefix(_ index: Int) -> String { "member-\(index)-" }

    private static func prefixed(_ prefix: String, _ files: [String: [UInt8]]) -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: files.map { (prefix + $0, $1) })
    }

    /// The files of a classifier inside of another one.
    private static func nested(_ prefix: String, _ files: [String: [UInt8]]) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: files.compactMap { name, bytes in
                name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), bytes) : nil
            })
    }

    /// The classifier in these files.
    /// - Throws: ``ModelError/malformedModel(_:)`` that names the file, the line and what is wrong there.
    public static func decode(_ files: [String: [UInt8]]) throws(ModelError) -> any BinaryClassifier {
        try decode(files, depth: 0)
    }

    private static func decode(_ files: [String: [UInt8]], depth: Int) throws(ModelError) -> any BinaryClassifier {
        guard depth <= deepestNesting else {
            throw .malformedModel("more than \(deepestNesting) classifiers are inside of one another")
        }
        guard let bytes = files[manifestName] else {
            guard depth == 0 else { throw .malformedModel("there is no file '\(manifestName)'") }
            if let trees = files[xgboostName] { return try XGBoostModelReader.model(trees, fileName: xgboostName) }
            guard let trees = files[treesName] else { throw .malformedModel("there is no file '\(manifestName)'") }
            return try LightGBMModelReader.model(trees, fileName: treesName)
        }
        let manifest = try value(Manifest.self, bytes, fileName: manifestName)
        guard manifest.format == format else { throw .malformedModel("\(manifestName): format '\(manifest.format)'") }
        guard manifest.version == version else {
            throw .malformedModel("\(manifestName): version \(manifest.version) is not known; \(version) is")
        }
        switch Kind(rawValue: manifest.kind) {
        case .trees:
            let trees = try file(treesName, files)
            return try LightGBMModelReader.model(trees, fileName: treesName, featureNames: manifest.featureNames)
        case .xgboostTrees:
            let trees = try file(xgboostName, files)
            return try XGBoostModelReader.model(trees, fileName: xgboostName, featureNames: manifest.featureNames)
        case .logisticRegression:
            let bytes = try file(logisticRegressionName, files)
            let regression = try value(LogisticRegression.self, bytes, fileName: logisticRegressionName)
            guard regression.featureNames == manifest.featureNames else {
                throw .malformedModel("\(manifestName) and \(logisticRegressionName) name different features")
            }
            return regression
        case .isolationForest:
            let settings = try value(IsolationSettings.self, file(isolationName, files), fileName: isolationName)
            let trees = try file(treesName, files)
            return try IsolationForest(
                paths: LightGBMModelReader.model(trees, fileName: treesName, featureNames: manifest.featureNames),
                rowsPerTree: settings.rowsPerTree)
        case .calibrated:
            let calibration = try value(
                Calibration.self, file(calibrationName, files), fileName: calibrationName)
            let base = try decode(nested(basePrefix, files), depth: depth + 1)
            try requireFeatures(base, manifest, calibrationName)
            return CalibratedClassifier(base, calibration: calibration)
        case .averaged:
            let weights = try value(Average.self, file(averageName, files), fileName: averageName).weights
            var members: [any BinaryClassifier] = []
            for index in weights.indices {
                members.append(try decode(nested(memberPrefix(index), files), depth: depth + 1))
                try requireFeatures(members[index], manifest, averageName)
            }
            do {
                return try AveragedClassifier(members, weights: weights)
            } catch {
                throw .malformedModel("\(averageName): \(error)")
            }
        case nil:
            throw .malformedModel("\(manifestName): kind '\(manifest.kind)' is not known")
        }
    }

    private static func manifest(_ kind: Kind, _ featureNames: [String]) -> Manifest {
        Manifest(format: format, version: version, kind: kind.rawValue, featureNames: featureNames)
    }

    private static func requireFeatures(
        _ classifier: any BinaryClassifier, _ manifest: Manifest, _ fileName: String
    ) throws(ModelError) {
        guard classifier.featureNames == manifest.featureNames else {
            throw .malformedModel("\(fileName): the classifiers' features differ from those of \(manifestName)")
        }
    }

    private static func file(_ name: String, _ files: [String: [UInt8]]) throws(ModelError) -> [UInt8] {
        guard let bytes = files[name] else { throw .malformedModel("there is no file '\(name)'") }
        return bytes
    }

    private static func json(_ value: some Encodable) throws(ModelError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .unusableData("the classifier cannot be stored: \(error)")
        }
    }

    private static func value<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], fileName: String
    ) throws(ModelError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .malformedModel("\(fileName): \(error)")
        }
    }
}
