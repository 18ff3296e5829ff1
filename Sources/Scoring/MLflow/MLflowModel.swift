import Columnar
import Essentials
import ModelKit

/// The files that make a model's folder an MLflow model, too, of the flavours `onnx` and `python_function`
/// (https://mlflow.org/docs/latest/ml/model/#storage-format): what `mlflow.onnx.save_model` of MLflow 3.17.2 writes.
///
/// Inputs are the classifier's features, as 64-bit numbers, which accept any numeric column except 64-bit integers
/// (MLflow's rule); NaN is missing. Outputs are `probability` and `label`.
struct MLflowModel {
    static let descriptionName = "MLmodel"
    private static let onnxName = "model.onnx"
    private static let exampleName = "input_example.json"
    private static let servingExampleName = "serving_input_example.json"

    /// The files that MLflow looks for at the top of a folder, also if the model itself is in a subfolder.
    static let topNames = [
        descriptionName, MLflowEnvironment.requirementsName, MLflowEnvironment.condaName,
        MLflowEnvironment.virtualenvName,
    ]

    private let model: FraudModel
    private let signature: YAMLValue
    /// All files but `MLmodel`.
    private let files: [String: [UInt8]]
    /// Depends on the files only.
    private let identifier: String
    /// Of all files of the folder but this description and the checksums.
    private let size: Int

    /// - Parameters:
    ///   - onnx: the model's ONNX form.
    ///   - bundle: the model's own files.
    init(_ model: FraudModel, onnx: ONNXModel, bundle: [String: [UInt8]]) throws {
        self.model = model
        signature = try Self.signature(model.features.names)
        let example = Example(columns: model.features.names, data: [model.classifier.exampleRow])
        var files = MLflowEnvironment.files
        files[Self.onnxName] = onnx.bytes
        files[Self.exampleName] = try Self.json(example)
        files[Self.servingExampleName] = try Self.json(["dataframe_split": example])
        self.files = files
        let all = files.merging(bundle) { file, _ in file }
        identifier = String(ModelManifest.checksum(ModelManifest(files: all, generation: 0).encoded).prefix(32))
        size = all.values.reduce(0) { $0 + $1.count }
    }

    /// The files of a model in the folder itself.
    var wholeFiles: [String: [UInt8]] { files.merging([Self.descriptionName: description(prefix: "")]) { $1 } }

    /// The files at the top of a folder whose model is in a subfolder.
    func topFiles(subfolder: String) -> [String: [UInt8]] {
        MLflowEnvironment.files.merging([Self.descriptionName: description(prefix: "\(subfolder)/")]) { $1 }
    }

    /// Rows of named columns, as pandas' `split` orientation has them.
    private struct Example: Encodable {
        let columns: [String]
        let data: [[Double]]
    }

    private struct Field: Encodable {
        let type: String
        let name: String
        let required: Bool
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// `MLmodel`, for a model whose files' paths begin with `prefix`.
    private func description(prefix: String) -> [UInt8] {
        let data = YAMLValue.string(prefix + Self.onnxName)
        let flavors = YAMLValue.mapping([
            .init(
                "antifraud",
                .mapping([
                    .init("classifier", .string(prefix + ModelFiles.classifierPrefix)),
                    .init("data", .string(prefix + ModelFiles.modelName)),
                    .init("feature_state", ModelFiles.storedHistory(of: model).map { .string(prefix + $0) } ?? .null),
                    .init("format_version", .integer(ModelFiles.version)),
                    .init("library_version", .string(model.provenance.libraryVersion)),
                ])),
            .init(
                "onnx",
                .mapping([
                    .init("code", .null), .init("data", data), .init("onnx_session_options", .null),
                    .init("onnx_version", .string(MLflowEnvironment.onnxVersion)),
                    .init("providers", .sequence([.string("CPUExecutionProvider")])),
                ])),
            .init(
                "python_function",
                .mapping([
                    .init("data", data),
                    .init(
                        "env",
                        .mapping([
                            .init("conda", .string(MLflowEnvironment.condaName)),
                            .init("virtualenv", .string(MLflowEnvironment.virtualenvName)),
                        ])),
                    .init("loader_module", .string("mlflow.onnx")),
                    .init("python_version", .string(MLflowEnvironment.pythonVersion)),
                ])),
        ])
        var pairs: [YAMLValue.Pair] = [
            .init("flavors", flavors),
            .init("is_signature_from_type_hint", .boolean(false)),
            .init("mlflow_version", .string(MLflowEnvironment.mlflowVersion)),
            .init("model_id", .null),
            .init("model_size_bytes", .integer(size)),
            .init("model_uuid", .string(identifier)),
            .init("prompts", .null),
            .init(
                "saved_input_example_info",
                .mapping([
                    .init("artifact_path", .string(prefix + Self.exampleName)),
                    .init("pandas_orient", .string("split")),
                    .init("serving_input_path", .string(prefix + Self.servingExampleName)),
                    .init("type", .string("dataframe")),
                ])),
            .init("signature", signature),
            .init("type_hint_from_example", .boolean(false)),
        ]
        if let time = CivilDateTime.microseconds(parsing: model.provenance.createdAt) {
            let text = CivilDateTime.text(microseconds: time)
            pairs.append(.init("utc_time_created", .string(text.contains(".") ? text : text + ".000000")))
        }
        return Array(YAMLValue.mapping(pairs).text.utf8)
    }

    private static func signature(_ names: [String]) throws -> YAMLValue {
        let inputs = names.map { Field(type: "double", name: $0, required: true) }
        let outputs = [
            Field(type: "float", name: ONNXModel.probabilityName, required: true),
            Field(type: "long", name: ONNXModel.labelName, required: true),
        ]
        func text(_ fields: [Field]) throws -> YAMLValue { .string(String(decoding: try json(fields), as: UTF8.self)) }
        return .mapping([
            .init("inputs", try text(inputs)), .init("outputs", try text(outputs)), .init("params", .null),
        ])
    }
}
