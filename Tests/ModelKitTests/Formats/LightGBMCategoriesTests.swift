import Columnar
import Foundation
import ModelKit
import TestSupport
import Testing

/// LightGBM's categorical splits and its ways of missing values, at every threshold and category and beside them.
@Suite struct LightGBMCategoriesTests {
    private static let train = """
        import lightgbm
        def tests(model):
            found = {}
            def visit(node):
                if 'split_feature' not in node: return
                values = found.setdefault(node['split_feature'], set())
                if node['decision_type'] == '==':
                    values |= {int(v) for v in node['threshold'].split('||')}
                else:
                    values.add(node['threshold'])
                visit(node['left_child']); visit(node['right_child'])
            for tree in model.dump_model()['tree_info']: visit(tree['tree_structure'])
            return found
        def save(name, x, y, categorical=(2, 3, 4), rounds=12, dataset={}, **settings):
            settings = dict(objective='binary', verbose=-1, num_threads=2, min_data_in_leaf=5, min_data_per_group=5,
                            cat_smooth=1) | settings
            model = lightgbm.train(settings, lightgbm.Dataset(x, y, categorical_feature=list(categorical), **dataset), rounds)
            model.save_model(f'{folder}/{name}')
            rows = hard(x, tests(model))
            emit(name, rows, model.predict(rows), model.predict(rows, raw_score=True))

        """

    /// Predictions in a block, for single rows in either width, and by the nodes alone.
    private func check(_ model: TreeEnsemble, _ rows: FeatureMatrix, _ expected: [Double], _ name: String) throws {
        let found = try model.probabilities(rows, threads: 2)
        try #require(found.count == expected.count)
        let differing = zip(found, expected).reduce(0) { $0 + (abs($1.0 - $1.1) < 1e-12 ? 0 : 1) }
        #expect(differing == 0, "\(name)")
        for row in 0..<rows.rowCount {
            let values = rows.doubles(row: row)
            #expect(values.withUnsafeBufferPointer { model.probability(row: $0) } == found[row])
            var sum = 0.0
            for tree in model.trees {
                var location: Int32 = tree.nodes.isEmpty ? ~0 : 0
                while location >= 0 {
                    let node = tree.nodes[Int(location)]
                    location = model.goesLeft(node, of: tree, values[Int(node.feature)]) ? node.left : node.right
                }
                sum += tree.leaves[Int(~location)].value
            }
            #expect(model.probability(ofSum: sum) == found[row])
        }
        // Rows that 32 bits hold have the same probabilities in 32 bits.
        let narrow = try FeatureMatrix(names: rows.names, columns: rows.columns)
        let ofNarrow = try model.probabilities(narrow, threads: 1)
        for row in 0..<rows.rowCount where rows.doubles(row: row).allSatisfy({ $0.isNaN || Double(Float($0)) == $0 }) {
            let values = narrow.columns.map { $0[row] }
            #expect(ofNarrow[row] == found[row])
            #expect(values.withUnsafeBufferPointer { model.probability(row: $0) } == found[row])
        }
    }

    @Test(.needs(.python)) func `categories and missing values are decided as LightGBM decides them`() throws {
        let models = try ForeignModels(
            python: Self.train + """
                x, y = data()
                save('default', x, y)
                save('one-hot', x, y, max_cat_to_onehot=1000)
                save('deep', x, y, num_leaves=150, min_data_in_leaf=1)
                save('forest', x, y, boosting='rf', bagging_fraction=.6, bagging_freq=1)
                save('no-missing', x, y, use_missing=False)
                save('numbers-only', x, y, categorical=())
                whole, y = data(missing=0)
                save('whole', whole, y)
                x, y = data(missing=.05, zero=.2)
                save('zero', x, y, zero_as_missing=True)
                save('zero-numbers', x, y, zero_as_missing=True, categorical=(), num_leaves=100)
                x, y = data(rows=20000, categories=(10000, 3))
                save('ten-thousand', x, y, categorical=(2, 3), min_data_in_leaf=1, max_cat_threshold=2000,
                     min_data_per_group=1, max_bin=20000, min_data_in_bin=1)
                """)
        #expect(models.cases.count == 10)
        for example in models.cases {
            let bytes = try models.bytes(example)
            let model = try #require(try ClassifierArchive.decode(["trees.txt": bytes]) as? TreeEnsemble)
            let hasCategories = model.trees.contains { $0.nodes.contains(where: \.isCategorical) }
            #expect(hasCategories == !example.file.contains("numbers"))
            #expect(
                model.trees.contains { $0.nodes.contains(where: \.zeroIsMissing) } == example.file.hasPrefix("zero"))
            let rows = try models.rows(example, names: model.featureNames)
            try check(model, rows, example.probabilities, example.file)
            #expect(try ClassifierArchive.decode(ClassifierArchive.encode(model)) as? TreeEnsemble == model)
            if example.file == "ten-thousand" {
                #expect(model.trees.contains { $0.categorySets.contains { $0.words.count > 300 } })
            }
        }
    }

    @Test(.needs(.python)) func `LightGBM decides alike when it reads what is written`() throws {
        let models = try ForeignModels(
            python: Self.train + """
                x, y = data()
                save('default', x, y)
                save('deep', x, y, num_leaves=150, min_data_in_leaf=1)
                x, y = data(missing=.05, zero=.2)
                save('zero', x, y, zero_as_missing=True)
                """)
        for example in models.cases {
            let model = try ClassifierArchive.decode(["trees.txt": models.bytes(example)])
            let written = try #require(ClassifierArchive.encode(model)["trees.txt"])
            try Data(written).write(to: models.folder.url.appending(path: "written"))
            let found = try Oracle.json(
                [Double].self,
                """
                import sys, json, numpy as np, lightgbm
                model = lightgbm.Booster(model_file=sys.argv[1] + '/written')
                rows = np.fromfile(f'{sys.argv[1]}/{sys.argv[2]}.f64').reshape(model.num_feature(), -1).T
                print(json.dumps(model.predict(np.ascontiguousarray(rows)).tolist()))
                """, [models.folder.path(""), example.file])
            #expect(found == example.probabilities)
        }
    }

    /// `value in set` and a numeric test of the same feature, and one where zero is missing.
    private func text(_ changes: [(String, String)] = []) -> [UInt8] {
        var text = """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            max_feature_idx=0
            objective=binary sigmoid:1
            feature_names=x

            Tree=0
            num_leaves=4
            num_cat=1
            split_feature=0 0 0
            threshold=0 2.5 -1
            decision_type=9 10 6
            left_child=-1 -2 -3
            right_child=1 2 -4
            leaf_value=1 2 3 4
            cat_boundaries=0 2
            cat_threshold=2 8

            end of trees

            """
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        return Array(text.utf8)
    }

    @Test func `one feature may be tested as a category, as a number and with zero as missing`() throws {
        let model = try #require(try ClassifierArchive.decode(["trees.txt": text()]) as? TreeEnsemble)
        #expect(model.takesDoubles)
        let values: [Double] = [
            1, 1.5, 35, 35.9, 35.999999999, 36, 2.5, 2.6, -1, 0, -0.5, .nan, 1e9, -5, 1e-36, .infinity,
        ]
        let wanted: [Double] = [1, 1, 1, 1, 1, 4, 2, 4, 2, 2, 2, 2, 4, 2, 2, 4]
        let logistic = wanted.map { 1 / (1 + exp(-$0)) }
        let matrix = try FeatureMatrix(RecordBatch([("x", .float64(values))]), features: ["x"])
        #expect(try model.probabilities(matrix, threads: 1) == logistic)
        for (value, wanted) in zip(values, logistic) {
            #expect(
                withUnsafePointer(to: value) { model.probability(row: UnsafeBufferPointer(start: $0, count: 1)) }
                    == wanted)
        }
        // Zero and what LightGBM takes for it are missing at the third node only.
        let only = try #require(
            try ClassifierArchive.decode(["trees.txt": text([("threshold=0 2.5 -1", "threshold=0 -9 -1")])])
                as? TreeEnsemble)
        let zeros: [Double] = [0, -1e-36, 1e-36, 1e-34, -1, -2, .nan]
        let found = try only.probabilities(
            FeatureMatrix(RecordBatch([("x", .float64(zeros))]), features: ["x"]), threads: 1)
        #expect(found == [3, 3, 3, 4, 3, 3, 2].map { 1 / (1 + exp(-$0)) })
    }

    @Test func `malformed categorical splits are refused with a reason`() throws {
        for (changes, reason) in [
            ([("threshold=0 2.5", "threshold=1 2.5")], "category set 1.0 of 1"),
            ([("threshold=0 2.5", "threshold=-1 2.5")], "category set -1.0 of 1"),
            ([("threshold=0 2.5", "threshold=0.5 2.5")], "category set 0.5 of 1"),
            ([("num_cat=1", "num_cat=0")], "category set 0.0 of 0"),
            ([("num_cat=1", "num_cat=-1")], "num_cat is -1"),
            ([("num_cat=1", "num_cat=2000000")], "cat_boundaries has 2 values"),
            ([("cat_boundaries=0 2", "cat_boundaries=0 3")], "cat_threshold has 2 values where 3"),
            ([("cat_boundaries=0 2", "cat_boundaries=1 2")], "do not ascend from 0"),
            ([("cat_boundaries=0 2", "cat_boundaries=0 -2")], "do not ascend from 0"),
            ([("cat_threshold=2 8\n", "")], "'cat_threshold' is missing"),
            ([("cat_threshold=2 8", "cat_threshold=2 4294967296")], "'4294967296', not a number"),
            ([("decision_type=9", "decision_type=13")], "decision_type 13"),
            ([("decision_type=9", "decision_type=-7")], "decision_type -7"),
        ] {
            let error = #expect(throws: ModelError.self) { try ClassifierArchive.decode(["trees.txt": text(changes)]) }
            #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        }
        // A code that 32 bits do not hold.
        let zeros = [String](repeating: "0", count: CategorySet.codeLimit / 32).joined(separator: " ")
        let error = #expect(throws: ModelError.self) {
            try ClassifierArchive.decode([
                "trees.txt": text([
                    ("cat_boundaries=0 2", "cat_boundaries=0 \(CategorySet.codeLimit / 32 + 1)"),
                    ("cat_threshold=2 8", "cat_threshold=\(zeros) 1"),
                ])
            ])
        }
        #expect(error?.description.contains("code 16777216, expected less than 16777216") == true)
    }

    @Test func `no change of the bytes makes decoding or prediction crash`() throws {
        let original = text()
        var generator = SeededGenerator(seed: 93)
        let values: [Double] = [0, 1, 35, -1, .nan, 1e9]
        let matrix = try FeatureMatrix(RecordBatch([("x", .float64(values))]), features: ["x"])
        var accepted = 0
        for round in 0..<3_000 {
            var bytes = original
            if round < original.count {
                bytes.removeSubrange(round...)
            } else {
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
                        Bool.random(using: &generator)
                        ? UInt8.random(in: 0...255, using: &generator)
                        : UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
                }
            }
            do {
                let model = try ClassifierArchive.decode(["trees.txt": bytes])
                let named = try FeatureMatrix(names: model.featureNames, columns: matrix.columns)
                #expect(try model.probabilities(named, threads: 1).allSatisfy { $0 >= 0 && $0 <= 1 })
                accepted += 1
            } catch {
                guard case .malformedModel = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
        #expect(accepted > 100)
    }
}
