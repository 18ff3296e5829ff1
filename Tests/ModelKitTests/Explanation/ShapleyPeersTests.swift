import Foundation
import ModelKit
import TestSupport
import Testing

/// Contributions of models trained here, by LightGBM and XGBoost, which read them.
@Suite(.needs(.python)) struct ShapleyPeersTests {
    private func write(_ model: TreeEnsemble, _ rows: TreeSamples, to folder: TemporaryFolder) throws {
        for (name, bytes) in try ClassifierArchive.encode(model) {
            try Data(bytes).write(to: folder.url.appending(path: name))
        }
        try rows.write(to: folder)
    }

    /// Largest difference of contributions and, in the last column, the base value.
    private func largestDifference(_ explanation: Explanation, _ expected: [[Double]]) -> Double {
        var largest = 0.0
        for (row, values) in expected.enumerated() {
            for (own, other) in zip(explanation.values(row: row) + [explanation.baseValue], values) {
                largest = max(largest, abs(own - other))
            }
        }
        return largest
    }

    @Test(arguments: [0, 0.2]) func `contributions are those of LightGBM's pred_contrib`(missing: Double) throws {
        let samples = try TreeSamples(rows: 4_000, seed: 311, missing: missing)
        let rows = try TreeSamples(rows: 300, seed: 312, missing: missing)
        let folder = try TemporaryFolder()
        for model in [
            try ShapleyTests.boosted(samples, rounds: 40, leaves: 31), try ShapleyTests.forest(samples, trees: 10),
        ] {
            try write(model, rows, to: folder)
            // LightGBM gives the sum over a forest's trees, though it predicts their mean.
            let divisor = model.combination == .mean ? model.treeCount : 1
            let expected = try Oracle.json(
                [[Double]].self,
                TreeSamples.pythonLoad + """
                    import lightgbm
                    x, y, _ = load()
                    model = lightgbm.Booster(model_file=f'{folder}/trees.txt')
                    print(json.dumps((model.predict(x, pred_contrib=True) / int(sys.argv[2])).tolist()))
                    """, [folder.url.path, "\(divisor)"])
            let explanation = try ScoreExplainer(model, cover: .rows).explain(rows.features)
            #expect(largestDifference(explanation, expected) < 1e-11)
        }
    }

    /// XGBoost computes in 32 bits.
    @Test func `contributions are those of XGBoost's pred_contribs`() throws {
        let samples = try TreeSamples(rows: 4_000, seed: 313, missing: 0.2)
        let rows = try TreeSamples(rows: 300, seed: 314, missing: 0.2)
        let model = try ShapleyTests.boosted(samples, rounds: 40, leaves: 31)
        let folder = try TemporaryFolder()
        try write(model, rows, to: folder)
        let expected = try Oracle.json([[Double]].self, Self.xgboost, [folder.url.path])
        let explanation = try ScoreExplainer(model, cover: .weights).explain(rows.features)
        #expect(largestDifference(explanation, expected) < 2e-5)
    }

    /// Puts the trees of LightGBM's text into a booster of XGBoost: thresholds one step up, since XGBoost goes to the left below
    /// them, and hessians as covers.
    private static let xgboost =
        TreeSamples.pythonLoad + """
            import lightgbm, xgboost
            x, y, _ = load()
            trees = lightgbm.Booster(model_file=f'{folder}/trees.txt').dump_model()['tree_info']
            booster = xgboost.train(dict(objective='binary:logistic', max_depth=1, base_score=0.5),
                xgboost.DMatrix(x, y), len(trees))
            model = json.loads(bytes(booster.save_raw('json')))
            for stored, tree in zip(model['learner']['gradient_booster']['model']['trees'], trees):
                # A right child follows the left one.
                nodes = []; pending = [(tree['tree_structure'], 2147483647)]
                for node, parent in pending:
                    own = len(nodes); is_leaf = 'leaf_value' in node
                    left = right = -1
                    if not is_leaf:
                        left = len(pending); right = left + 1
                        pending += [(node['left_child'], own), (node['right_child'], own)]
                    nodes.append(dict(parent=parent, left=left, right=right, feature=0 if is_leaf else node['split_feature'],
                        condition=node['leaf_value'] if is_leaf else
                            float(np.nextafter(np.float32(node['threshold']), np.float32(np.inf))),
                        cover=node['leaf_weight' if is_leaf else 'internal_weight'],
                        value=node['leaf_value' if is_leaf else 'internal_value'],
                        default_left=0 if is_leaf else int(node['default_left'])))
                column = lambda key: [node[key] for node in nodes]
                stored.update(base_weights=column('value'), categories=[], categories_nodes=[], categories_segments=[],
                    categories_sizes=[], default_left=column('default_left'), left_children=column('left'),
                    loss_changes=[0.0] * len(nodes), parents=column('parent'), right_children=column('right'),
                    split_conditions=column('condition'), split_indices=column('feature'), split_type=[0] * len(nodes),
                    sum_hessian=column('cover'))
                stored['tree_param'].update(num_nodes=str(len(nodes)), num_feature=str(x.shape[1]))
            booster = xgboost.Booster(); booster.load_model(bytearray(json.dumps(model).encode()))
            print(json.dumps(booster.predict(xgboost.DMatrix(x), pred_contribs=True).astype(float).tolist()))
            """
}
