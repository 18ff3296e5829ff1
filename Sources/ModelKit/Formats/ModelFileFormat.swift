/// The forms in which other programs store models in one file.
public enum ModelFileFormat: String, Sendable, Hashable, CaseIterable {
    /// LightGBM's text model: `.txt`, `.lgb`, `.lightgbm`.
    case lightGBM = "lightgbm"
    /// XGBoost's model as JSON: `.json`.
    case xgboostJSON = "xgboost-json"
    /// XGBoost's model as Universal Binary JSON: `.ubj`.
    case xgboostUBJ = "xgboost-ubj"
    /// ONNX, which is only written: `.onnx`.
    case onnx = "onnx"

    /// The format by a file name's ending; nil for an unknown one.
    public init?(fileName: String) {
        let formats: [String: ModelFileFormat] = [
            "txt": .lightGBM, "lgb": .lightGBM, "lightgbm": .lightGBM, "json": .xgboostJSON, "ubj": .xgboostUBJ,
            "onnx": .onnx,
        ]
        guard let dot = fileName.lastIndex(of: "."),
            let format = formats[fileName[fileName.index(after: dot)...].lowercased()]
        else { return nil }
        self = format
    }

    /// Whether files of this format are read, too.
    public var isReadable: Bool { self != .onnx }

    /// The classifier in a file. XGBoost's two forms are told apart by their bytes.
    ///
    /// A LightGBM model gives the probabilities that LightGBM gives but for the last digits of the logistic function.
    /// An XGBoost model gives XGBoost's, bit for bit: it compares and adds in 32 bits. All of a file's trees count, also
    /// those after the best round of early stopping. Categories are the whole numbers of training; where a data frame had
    /// names for them, the caller maps these.
    /// - Parameters:
    ///   - fileName: what messages call the file.
    ///   - featureNames: names instead of the file's, in its order. Files without names have `f0`, `f1` and so on.
    /// - Throws: ``ModelError/malformedModel(_:)`` that names the file, where in it, and what is wrong or not supported;
    ///   ``ModelError/invalidSetting(_:)`` for ONNX.
    public func read(
        _ bytes: [UInt8], fileName: String, featureNames: [String]? = nil
    ) throws(ModelError) -> TreeEnsemble {
        switch self {
        case .lightGBM: try LightGBMModelReader.model(bytes, fileName: fileName, featureNames: featureNames)
        case .xgboostJSON, .xgboostUBJ:
            try XGBoostModelReader.model(bytes, fileName: fileName, featureNames: featureNames)
        case .onnx: throw .invalidSetting("\(fileName): ONNX models are written, not read")
        }
    }

    /// A classifier as a file of this format.
    ///
    /// Every row of 32-bit values takes the same branches. LightGBM adds leaves in 64 bits and XGBoost in 32, so that a
    /// model in the other's form differs by the rounding of sums: probabilities by less than 1e-6 for hundreds of trees.
    /// - Parameter threshold: what ``ONNXModel`` gives labels by.
    /// - Throws: ``ModelError/invalidSetting(_:)`` that says why the format cannot hold the classifier.
    public func write(_ classifier: any BinaryClassifier, threshold: Double = 0.5) throws(ModelError) -> [UInt8] {
        if self == .onnx { return try ONNXModel(classifier, threshold: threshold).bytes }
        guard let trees = classifier as? TreeEnsemble else {
            throw .invalidSetting("a classifier of type \(type(of: classifier)) has no form as \(rawValue); trees have")
        }
        switch self {
        case .lightGBM: return Array(try LightGBMModelWriter.text(trees).utf8)
        case .xgboostJSON: return try XGBoostModelWriter.document(trees).json
        case .xgboostUBJ, .onnx: return try XGBoostModelWriter.document(trees).ubjson
        }
    }
}
