import BenchmarkSupport
import Foundation
import ModelKit

/// 100 rounds of 31 leaves on two threads, including binning, compared with LightGBM and XGBoost. Argument: a Parquet file of
/// features (see `TabularData`), else rows are generated.
@main
struct TreeTraining {
    static let runs = 3

    static let lightGBM = Peer(
        TabularData.pythonLoad + """
            import lightgbm
            from sklearn.metrics import average_precision_score
            x, y = load('train'); start = time.time()
            model = lightgbm.train(dict(objective='binary', num_leaves=31, learning_rate=0.1, num_threads=2, verbose=-1),
                lightgbm.Dataset(x, y), 100)
            seconds = time.time() - start; x, y = load('test')
            print(average_precision_score(y, model.predict(x))); print(seconds)
            """)

    static let xgboost = Peer(
        TabularData.pythonLoad + """
            import xgboost
            from sklearn.metrics import average_precision_score
            x, y = load('train'); start = time.time()
            model = xgboost.train(dict(objective='binary:logistic', tree_method='hist', grow_policy='lossguide',
                max_leaves=31, max_depth=0, eta=0.1, nthread=2), xgboost.DMatrix(x, y, nthread=2), 100)
            seconds = time.time() - start; x, y = load('test')
            print(average_precision_score(y, model.predict(xgboost.DMatrix(x)))); print(seconds)
            """)

    static func main() async throws {
        let data = try TabularData(parquet: CommandLine.arguments.dropFirst().first)
        defer { data.remove() }
        let names = data.train.columns.indices.map { "f\($0)" }
        let train = try FeatureMatrix(names: names, columns: data.train.columns)
        let test = try FeatureMatrix(names: names, columns: data.test.columns)
        var configuration = BoostedTreesConfiguration()
        configuration.threads = 2
        let trainer = try BoostedTreesTrainer(configuration)
        var ours = Measurement("ours")
        var peers = [Measurement("LightGBM"), Measurement("XGBoost lossguide")]
        for run in 0..<runs {
            var model: TreeEnsemble?
            ours.seconds.append(
                try await timed { model = try await trainer.train(train, labels: data.train.labels).model })
            if let model, run == 0 {
                let scores = try await model.probabilities(test, threads: 2)
                print("ours: average precision", try Metrics.averagePrecision(scores: scores, labels: data.test.labels))
            }
            for (index, peer) in [lightGBM, xgboost].enumerated() {
                let lines = try peer.run([data.folder.path]).split(separator: "\n")
                guard lines.count >= 2, let seconds = Double(lines[lines.count - 1]) else { continue }
                peers[index].seconds.append(seconds)
                if run == 0 { print("\(peers[index].name): average precision", lines[lines.count - 2]) }
            }
        }
        report("training \(train.rowCount) rows x \(train.featureCount) features", ours: ours, peers: peers)
    }
}
