import Foundation
import ModelKit
import TestSupport
import Testing

/// Explanations of models with categorical splits, and with zero as a missing value.
@Suite(.needs(.python)) struct CategoricalExplanationTests {
    /// Of each case, `margins` are LightGBM's contributions, row by row, with the base value last.
    private static let models = """
        import lightgbm
        x, y = data(zero=.2)
        for name, extra in [('nan', {}), ('zero', dict(zero_as_missing=True)), ('forest', dict(
                boosting='rf', bagging_freq=1, bagging_fraction=.6, feature_fraction=.8))]:
            settings = dict(objective='binary', verbose=-1, num_threads=2, min_data_in_leaf=5, min_data_per_group=5,
                            cat_smooth=1) | extra
            model = lightgbm.train(settings, lightgbm.Dataset(x, y, categorical_feature=[2, 3, 4]), 12)
            model.save_model(f'{folder}/{name}')
            rows = np.concatenate([x[:300], np.column_stack([x[:50, :2], x[:50, 2:] + 1000])])
            divisor = 12 if name == 'forest' else 1
            emit(name, rows, model.predict(rows), (model.predict(rows, pred_contrib=True) / divisor).ravel())

        """

    @Test func contributionsAreThoseOfLightGBM() throws {
        let models = try ForeignModels(python: Self.models)
        #expect(models.cases.count == 3)
        for example in models.cases {
            let decoded = try ClassifierArchive.decode(["trees.txt": models.bytes(example)])
            let model = try #require(decoded as? TreeEnsemble)
            #expect(model.trees.contains { $0.nodes.contains(where: \.isCategorical) })
            let rows = try models.rows(example, names: model.featureNames)
            let expected = try #require(example.margins)
            let explanation = try ScoreExplainer(model, cover: .rows).explain(rows)
            let width = model.featureNames.count + 1
            try #require(expected.count == rows.rowCount * width)
            for row in 0..<rows.rowCount {
                let found = explanation.values(row: row) + [explanation.baseValue]
                for column in 0..<width {
                    #expect(abs(found[column] - expected[row * width + column]) < 1e-11, "\(example.file) \(row)")
                }
            }
        }
    }

    /// Whatever sides the nodes send rows to, contributions and base value add up to the score.
    @Test func contributionsAddUpAgainstABackground() throws {
        let models = try ForeignModels(python: Self.models)
        for example in models.cases {
            let decoded = try ClassifierArchive.decode(["trees.txt": models.bytes(example)])
            let model = try #require(decoded as? TreeEnsemble)
            let rows = try models.rows(example, names: model.featureNames)
            let background = rows.slice(0..<40)
            let explanation = try ScoreExplainer(model, method: .interventional, background: background).explain(rows)
            let sums = try model.sums(rows, threads: 1)
            let scale = model.combination == .mean ? 1 / Double(model.treeCount) : 1
            for row in 0..<rows.rowCount {
                let total = explanation.values(row: row).reduce(explanation.baseValue, +)
                #expect(abs(total - sums[row] * scale) < 1e-9, "\(example.file) \(row)")
            }
        }
    }
}
