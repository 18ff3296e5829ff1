import Foundation
import ModelKit
import TestSupport

/// Runs models in ONNX Runtime, after ONNX's own checker.
struct ONNXRuntimeOracle {
    struct Case {
        let model: ONNXModel
        let features: FeatureMatrix
    }

    /// What ONNX Runtime gives for each row.
    struct Response {
        let probabilities: [Float]
        let labels: [Int64]
    }

    /// - Throws: `Oracle.Failure` with Python's message for a model that is refused, or whose results for no row and
    ///   for single rows differ from those for all rows.
    static func run(_ cases: [Case]) throws -> [Response] {
        let folder = try TemporaryFolder()
        for (index, example) in cases.enumerated() {
            try Data(example.model.bytes).write(to: folder.url.appending(path: "\(index).onnx"))
            try Data(example.features.columns.flatMap { $0 }.flatMap { withUnsafeBytes(of: $0, Array.init) })
                .write(to: folder.url.appending(path: "\(index).f32"))
        }
        try Oracle.run(
            """
            import sys, numpy as np, onnx, onnxruntime
            folder, count = sys.argv[1], int(sys.argv[2])
            for number in range(count):
                path = f'{folder}/{number}.onnx'
                onnx.checker.check_model(path, full_check=True)
                onnx.checker.check_model(onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True))
                session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
                inputs = session.get_inputs()
                assert all(i.type == 'tensor(float)' for i in inputs)
                assert [(o.name, o.type, o.shape) for o in session.get_outputs()] == [
                    ('probability', 'tensor(float)', ['rows']), ('label', 'tensor(int64)', ['rows'])]
                x = np.fromfile(f'{folder}/{number}.f32', np.float32).reshape(len(inputs), -1)
                def run(x):
                    feed = {i.name: c if len(inputs) > 1 else c.reshape(-1, 1) for i, c in zip(inputs, x)}
                    probability, label = session.run(None, feed)
                    assert probability.shape == label.shape == (x.shape[1],)
                    return probability, label
                probability, label = run(x)
                run(x[:, :0])
                for row in range(0, x.shape[1], 97):
                    p, l = run(x[:, row:row + 1])
                    assert abs(p[0] - probability[row]) < 1e-6 and l[0] == label[row]
                probability.tofile(f'{folder}/{number}.p')
                label.tofile(f'{folder}/{number}.l')
            """, [folder.url.path(percentEncoded: false), "\(cases.count)"])
        return try cases.indices.map { index in
            Response(
                probabilities: try numbers(folder.url.appending(path: "\(index).p")),
                labels: try numbers(folder.url.appending(path: "\(index).l")))
        }
    }

    private static func numbers<Value: BitwiseCopyable>(_ url: URL) throws -> [Value] {
        let data = try Data(contentsOf: url)
        return data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }
}
