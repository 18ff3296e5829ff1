import BenchmarkSupport
import Foundation
import ModelKit

/// Logistic regression against scikit-learn on the same rows, including standardisation. Arguments: rows (1,400,000), features
/// (15), runs (3).
@main
struct LogisticRegressionTraining {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let rows = arguments.first ?? 1_400_000
        let featureCount = arguments.dropFirst().first ?? 15
        let runs = arguments.dropFirst(2).first ?? 3
        let folder = FileManager.default.temporaryDirectory.appending(path: "logistic-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (features, labels) = try data(rows, featureCount)
        try features.columns.flatMap { $0 }.withUnsafeBytes { try Data($0).write(to: folder.appending(path: "x")) }
        try labels.withUnsafeBytes { try Data($0).write(to: folder.appending(path: "y")) }

        let peers = ["lbfgs", "newton-cholesky"].map { solver in
            (
                Measurement("scikit-learn, \(solver)"),
                Peer(
                    """
                    import sys, time
                    import numpy as np
                    from sklearn.linear_model import LogisticRegression
                    from sklearn.preprocessing import StandardScaler
                    y = np.fromfile(sys.argv[1] + "/y", "u1")
                    x = np.ascontiguousarray(np.fromfile(sys.argv[1] + "/x", "<f4").reshape(-1, len(y)).T)
                    start = time.perf_counter()
                    x = StandardScaler().fit_transform(x.astype(float))
                    model = LogisticRegression(solver="\(solver)", max_iter=1000).fit(x, y)
                    seconds = time.perf_counter() - start
                    print(model.coef_[0][:3], model.n_iter_)
                    print(seconds)
                    """)
            )
        }
        var ours = Measurement("ours")
        var theirs = peers.map(\.0)
        let trainer = try LogisticRegressionTrainer()
        for run in 0..<runs {
            ours.seconds.append(
                try await timed { @Sendable in
                    let model = try await trainer.train(features, labels: labels)
                    if run == 0 { print("ours:", model.coefficients.prefix(3)) }
                })
            for (index, peer) in peers.enumerated() {
                theirs[index].seconds.append(try peer.1.seconds([folder.path(percentEncoded: false)]))
            }
        }
        report("Logistic regression of \(rows) rows x \(featureCount) features", ours: ours, peers: theirs)
    }

    private static func data(_ rows: Int, _ featureCount: Int) throws -> (FeatureMatrix, [UInt8]) {
        var state: UInt64 = 1
        func uniform() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) * 0x1p-24
        }
        let columns = (0..<featureCount).map { feature in
            (0..<rows).map { _ in (uniform() + uniform() + uniform()) * Float(feature + 1) }
        }
        let labels: [UInt8] = (0..<rows).map { row in
            var logOdds: Float = -5
            for feature in 0..<featureCount { logOdds += (columns[feature][row] / Float(feature + 1) - 1.5) * 0.8 }
            return uniform() < 1 / (1 + exp(-logOdds)) ? 1 : 0
        }
        return (try FeatureMatrix(names: columns.indices.map { "f\($0)" }, columns: columns), labels)
    }
}
