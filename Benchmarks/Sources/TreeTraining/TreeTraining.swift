import BenchmarkSupport
import Foundation
import ModelKit

/// 100 rounds of 31 leaves on two threads, including binning, compared with LightGBM and XGBoost; and 100 rounds of depth 6 with
/// splits at any value, compared with XGBoost's exact trees. Argument: a Parquet file of features (see `TabularData`), else
/// rows are generated.
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

    /// On the first 70,000 rows, with splits at any value.
    static let xgboostExact = Peer(
        TabularData.pythonLoad + """
            import xgboost
            from sklearn.metrics import average_precision_score
            x, y = load('train'); x, y = x[:70000], y[:70000]; start = time.time()
            model = xgboost.train(dict(objective='binary:logistic', tree_method='exact', max_depth=6, eta=0.1, nthread=2),
                xgboost.DMatrix(x, y, nthread=2), 100)
            seconds = time.time() - start; x, y = load('test')
            print(average_precision_score(y, model.predict(xgboost.DMatrix(x)))); print(seconds)
            """)

    static func main() async throws {
        let data = try TabularData(parquet: CommandLine.arguments.dropFirst().first)
        defer { data.remove() }
        var configuration = BoostedTreesConfiguration()
        configuration.threads = 2
        configuration.maxBins = 255
        try await compare(
            data, rows: data.train.labels.count, configuration,
            with: [("LightGBM", lightGBM), ("XGBoost lossguide", xgboost)])
        configuration.maxBins = 0
        configuration.growth = .depthWise
        configuration.maxDepth = 6
        configuration.maxLeaves = 0
        try await compare(data, rows: 70_000, configuration, with: [("XGBoost exact", xgboostExact)])
    }

    /// Trains on the first rows, and prints seconds and the average precision on the test rows.
    static func compare(
        _ data: TabularData, rows: Int, _ configuration: BoostedTreesConfiguration, with peers: [(String, Peer)]
    ) async throws {
        let names = data.train.columns.indices.map { "f\($0)" }
        let count = min(rows, data.train.labels.count)
        let train = try FeatureMatrix(names: names, columns: data.train.columns.map { Array($0[..<count]) })
        let labels = Array(data.train.labels[..<count])
        let test = try FeatureMatrix(names: names, columns: data.test.columns)
        let trainer = try BoostedTreesTrainer(configuration)
        var ours = Measurement("ours")
        var measurements = peers.map { Measurement($0.0) }
        for run in 0..<runs {
            var model: TreeEnsemble?
            ours.seconds.append(try await timed { model = try await trainer.train(train, labels: labels).model })
            if let model, run == 0 {
                let scores = try await model.probabilities(test, threads: 2)
                print("ours: average precision", try Metrics.averagePrecision(scores: scores, labels: data.test.labels))
            }
            for (index, peer) in peers.enumerated() {
                let lines = try peer.1.run([data.folder.path]).split(separator: "\n")
                guard lines.count >= 2, let seconds = Double(lines[lines.count - 1]) else { continue }
                measurements[index].seconds.append(seconds)
                if run == 0 { print("\(peer.0): average precision", lines[lines.count - 2]) }
            }
        }
        report("training \(count) rows x \(train.featureCount) features", ours: ours, peers: measurements)
    }
}
