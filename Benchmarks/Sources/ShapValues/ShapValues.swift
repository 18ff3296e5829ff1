import BenchmarkSupport
import Foundation
import ModelKit

/// Shapley values of 10,000 test rows on two threads, of 100 trees of 31 leaves that are trained here and read by the peer, which is
/// LightGBM's `pred_contrib`; and of a random forest. Argument: a Parquet file of features (see `TabularData`), else rows are
/// generated.
@main
struct ShapValues {
    static let runs = 5
    static let rowCount = 10_000

    /// Prints the least disturbed of two runs' seconds.
    static let lightGBM = Peer(
        TabularData.pythonLoad + """
            import lightgbm
            model = lightgbm.Booster(model_file=sys.argv[1] + '/' + sys.argv[2])
            x = load('test')[0][:int(sys.argv[3])]; seconds = []
            for _ in range(2):
                start = time.time(); model.predict(x, pred_contrib=True, num_threads=2); seconds.append(time.time() - start)
            print(min(seconds))
            """)

    static func main() async throws {
        let data = try TabularData(parquet: CommandLine.arguments.dropFirst().first)
        defer { data.remove() }
        let names = data.train.columns.indices.map { "f\($0)" }
        let train = try FeatureMatrix(names: names, columns: data.train.columns)
        let rows = try FeatureMatrix(names: names, columns: data.test.columns.map { Array($0[..<rowCount]) })
        var configuration = BoostedTreesConfiguration()
        configuration.threads = 2
        let boosted = try await BoostedTreesTrainer(configuration).train(train, labels: data.train.labels).model
        try await contest("100 boosted trees of 31 leaves", "LightGBM", boosted, rows, data)

        var forestConfiguration = RandomForestConfiguration()
        forestConfiguration.trees = 20
        forestConfiguration.maxDepth = 12
        forestConfiguration.threads = 2
        let some = train.slice(0..<200_000)
        let forest = try await RandomForestTrainer(forestConfiguration)
            .train(some, labels: Array(data.train.labels[..<200_000]))
        try await contest("20 trees of a forest, depth 12", "LightGBM, forest", forest, rows.slice(0..<1_000), data)

        let background = train.slice(0..<100)
        let seconds = try await timed {
            let explainer = try ScoreExplainer(boosted, method: .interventional, background: background, threads: 2)
            _ = try explainer.explain(rows, threads: 2)
        }
        print(String(format: "\ninterventional, 100 rows of background: %.3f s", seconds))
        let explainer = try ScoreExplainer(boosted)
        let one = rows.slice(0..<1)
        let alone = try await timed { for _ in 0..<1_000 { _ = try explainer.explain(one, threads: 1) } }
        print(String(format: "one row at a time: %.0f microseconds a row", alone * 1e3))
    }

    private static func contest(
        _ title: String, _ peerName: String, _ model: TreeEnsemble, _ rows: FeatureMatrix, _ data: TabularData
    ) async throws {
        let file = "explained.txt"
        guard let bytes = try ClassifierArchive.encode(model)["trees.txt"] else { return }
        try Data(bytes).write(to: data.folder.appending(path: file))
        var ours = Measurement("ours")
        var peer = Measurement(peerName)
        for _ in 0..<runs {
            var best = Double.infinity
            for _ in 0..<3 {
                best = min(best, try await timed { _ = try ScoreExplainer(model).explain(rows, threads: 2) })
            }
            ours.seconds.append(best)
            peer.seconds.append(try lightGBM.seconds([data.folder.path, file, "\(rows.rowCount)"]))
        }
        report("explaining \(rows.rowCount) rows x \(rows.featureCount) features, \(title)", ours: ours, peers: [peer])
    }
}
