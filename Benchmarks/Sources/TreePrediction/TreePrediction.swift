import BenchmarkSupport
import Foundation
import ModelKit

/// Prediction of all test rows on two threads with 100 trees of 31 leaves that each contestant has trained, and of single rows here.
/// Argument: a Parquet file of features (see `TabularData`), else rows are generated.
@main
struct TreePrediction {
    static let runs = 5

    /// Prints the least disturbed of several predictions' seconds; the model is trained once and kept in the folder.
    static let lightGBM = Peer(
        TabularData.pythonLoad + """
            import lightgbm, os
            path = sys.argv[1] + '/lightgbm.txt'
            if not os.path.exists(path):
                x, y = load('train')
                settings = dict(objective='binary', num_leaves=31, num_threads=2, verbose=-1)
                lightgbm.train(settings, lightgbm.Dataset(x, y), 100).save_model(path)
            model = lightgbm.Booster(model_file=path); x, y = load('test'); seconds = []
            for _ in range(4):
                start = time.time(); model.predict(x, num_threads=2); seconds.append(time.time() - start)
            print(min(seconds))
            """)

    static let xgboost = Peer(
        TabularData.pythonLoad + """
            import xgboost, os
            path = sys.argv[1] + '/xgboost.json'
            if not os.path.exists(path):
                x, y = load('train')
                xgboost.train(dict(objective='binary:logistic', tree_method='hist', grow_policy='lossguide', max_leaves=31,
                    max_depth=0, eta=0.1, nthread=2), xgboost.DMatrix(x, y), 100).save_model(path)
            model = xgboost.Booster(); model.load_model(path); model.set_param(dict(nthread=2)); x, y = load('test'); seconds = []
            for _ in range(4):
                start = time.time(); model.inplace_predict(x); seconds.append(time.time() - start)
            print(min(seconds))
            """)

    static func main() async throws {
        let data = try TabularData(parquet: CommandLine.arguments.dropFirst().first)
        defer { data.remove() }
        let names = data.train.columns.indices.map { "f\($0)" }
        let train = try FeatureMatrix(names: names, columns: data.train.columns)
        let test = try FeatureMatrix(names: names, columns: data.test.columns)
        var configuration = BoostedTreesConfiguration()
        configuration.threads = 2
        let model = try await BoostedTreesTrainer(configuration).train(train, labels: data.train.labels).model
        var ours = Measurement("ours")
        var peers = [Measurement("LightGBM"), Measurement("XGBoost")]
        for _ in 0..<runs {
            var best = Double.infinity
            for _ in 0..<4 { best = min(best, try await timed { _ = try model.probabilities(test, threads: 2) }) }
            ours.seconds.append(best)
            for (index, peer) in [lightGBM, xgboost].enumerated() {
                peers[index].seconds.append(try peer.seconds([data.folder.path]))
            }
        }
        report("predicting \(test.rowCount) rows x \(test.featureCount) features", ours: ours, peers: peers)

        let rows = (0..<10_000).map { row in test.columns.map { $0[row] } }
        var sum = 0.0
        let seconds = await timed {
            for row in rows { sum += row.withUnsafeBufferPointer { model.probability(row: $0) } }
        }
        print(
            String(
                format: "\none row at a time: %.2f microseconds a row (mean probability %.4f)", seconds * 100, sum / 1e4
            ))
    }
}
