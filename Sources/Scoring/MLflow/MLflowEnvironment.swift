/// The Python packages with which a saved model runs, as MLflow writes them beside it: the same for every model.
enum MLflowEnvironment {
    static let mlflowVersion = "3.17.2"
    static let onnxVersion = "1.23.2"
    static let pythonVersion = "3.11.7"

    static let requirementsName = "requirements.txt"
    static let condaName = "conda.yaml"
    static let virtualenvName = "python_env.yaml"

    private static let requirements = [
        "mlflow==\(mlflowVersion)", "numpy==2.4.6", "onnx==\(onnxVersion)", "onnxruntime==1.32.0", "pandas==3.1.1",
    ]
    private static let pipVersion = "23.2.1"

    static var files: [String: [UInt8]] {
        let conda = YAMLValue.mapping([
            .init("channels", .sequence([.string("conda-forge")])),
            .init(
                "dependencies",
                .sequence([
                    .string("python=\(pythonVersion)"), .string("pip<=\(pipVersion)"),
                    .mapping([.init("pip", .sequence(requirements.map(YAMLValue.string)))]),
                ])),
            .init("name", .string("mlflow-env")),
        ])
        let virtualenv = YAMLValue.mapping([
            .init("python", .string(pythonVersion)),
            .init(
                "build_dependencies",
                .sequence([.string("pip==\(pipVersion)"), .string("setuptools==65.5.0"), .string("wheel")])),
            .init("dependencies", .sequence([.string("-r \(requirementsName)")])),
        ])
        return [
            requirementsName: Array(requirements.joined(separator: "\n").utf8), condaName: Array(conda.text.utf8),
            virtualenvName: Array(virtualenv.text.utf8),
        ]
    }
}
