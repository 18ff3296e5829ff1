import Columnar
import Foundation
import ModelKit
import TestSupport
import Testing

/// XGBoost's models give XGBoost's numbers, bit for bit, at every threshold and category and beside them.
@Suite struct XGBoostModelTests {
    private static let train = """
        import xgboost
        def tests(path):
            found = {}
            booster = json.load(open(path))['learner']['gradient_booster']
            for tree in (booster['gbtree'] if 'gbtree' in booster else booster)['model']['trees']:
                for node, feature in enumerate(tree['split_indices']):
                    if tree['left_children'][node] >= 0 and not tree['split_type'][node]:
                        found.setdefault(feature, set()).add(tree['split_conditions'][node])
            return found
        def save(name, x, y, categorical=(2, 3, 4), rounds=12, names=None, **settings):
            types = ['c' if i in categorical else 'q' for i in range(x.shape[1])]
            def matrix(x, y=None):
                return xgboost.DMatrix(x, y, feature_names=names, feature_types=types, enable_categorical=True)
            settings = dict(objective='binary:logistic', tree_method='hist', max_depth=6, verbosity=0) | settings
            model = xgboost.train(settings, matrix(x, y), rounds)
            for ending in ['json', 'ubj']: model.save_model(f'{folder}/{name}.{ending}')
            rows = hard(x, tests(f'{folder}/{name}.json'), np.float32)
            for ending in ['json', 'ubj']:
                emit(f'{name}.{ending}', rows, model.predict(matrix(rows)), model.predict(matrix(rows), output_margin=True))

        """

    private func sum(_ model: TreeEnsemble, _ values: [Double]) -> Float {
        var sum: Float = 0
        for tree in model.trees {
            var location: Int32 = tree.nodes.isEmpty ? ~0 : 0
            while location >= 0 {
                let node = tree.nodes[Int(location)]
                location = model.goesLeft(node, of: tree, values[Int(node.feature)]) ? node.left : node.right
            }
            sum += Float(tree.leaves[Int(~location)].value)
        }
        return sum
    }

    private func check(_ model: TreeEnsemble, _ rows: FeatureMatrix, _ example: ForeignModels.Case) throws {
        let found = try model.probabilities(rows, threads: 2)
        #expect(found == example.probabilities, "\(example.file)")
        #expect(try model.probabilities(rows, threads: 1) == found)
        #expect(!model.takesDoubles)
        for row in 0..<rows.rowCount {
            let values = rows.columns.map { $0[row] }
            #expect(values.withUnsafeBufferPointer { model.probability(row: $0) } == found[row])
            let doubles = values.map { Double($0) }
            #expect(doubles.withUnsafeBufferPointer { model.probability(row: $0) } == found[row])
            #expect(Double(sum(model, doubles)) == example.margins?[row])
        }
    }

    @Test(.needs(.python)) func `margins and probabilities are XGBoost's, bit for bit`() throws {
        let models = try ForeignModels(
            python: Self.train + """
                x, y = data()
                save('default', x, y)
                save('base', x, y, base_score=.003, rounds=100)
                save('one-hot', x, y, max_cat_to_onehot=1000, names=['a', 'b b', 'ä', 'd', 'e'])
                save('exact', x, y, categorical=(), tree_method='exact', rounds=60)
                save('dart', x, y, booster='dart', rate_drop=.3, rounds=40)
                save('forest', x, y, num_parallel_tree=7, subsample=.6, rounds=2)
                save('leaves', x, y, max_depth=0, max_leaves=100, grow_policy='lossguide', min_child_weight=0)
                save('pruned', x, y, categorical=(), tree_method='exact', gamma=5)
                save('constant', x, y, max_depth=1, gamma=1e9, rounds=2)
                save('weighted', x, y, objective='reg:logistic', scale_pos_weight=3)
                x, y = data(rows=20000, categories=(10000, 3))
                save('ten-thousand', x, y, categorical=(2, 3), min_child_weight=0, max_cat_threshold=1000)
                """)
        #expect(models.cases.count == 22)
        var trees: [String: TreeEnsemble] = [:]
        for example in models.cases {
            let format = try #require(ModelFileFormat(fileName: example.file))
            let model = try format.read(models.bytes(example), fileName: example.file)
            let rows = try models.rows(example, names: model.featureNames)
            try check(model, rows, example)
            // Both forms hold the same model.
            let name = String(example.file.prefix { $0 != "." })
            if let other = trees.updateValue(model, forKey: name) { #expect(other == model) }
            #expect(try ClassifierArchive.decode(ClassifierArchive.encode(model)) as? TreeEnsemble == model)
            if name == "one-hot" { #expect(model.featureNames == ["a", "b b", "ä", "d", "e"]) }
            if name == "default" { #expect(model.featureNames == ["f0", "f1", "f2", "f3", "f4"]) }
            if name == "ten-thousand" {
                #expect(model.trees.contains { $0.categorySets.contains { $0.words.count > 300 } })
            }
        }
    }

    @Test(.needs(.python)) func `XGBoost gives the same when it reads what is written`() throws {
        let models = try ForeignModels(
            python: Self.train + """
                x, y = data()
                save('default', x, y)
                save('base', x, y, base_score=.003, rounds=30)
                save('dart', x, y, booster='dart', rate_drop=.3, rounds=20)
                save('numbers', x, y, categorical=(), max_depth=0, max_leaves=60, grow_policy='lossguide')
                save('constant', x, y, max_depth=1, gamma=1e9, rounds=2)
                """)
        for example in models.cases where example.file.hasSuffix("ubj") {
            let model = try ModelFileFormat.xgboostUBJ.read(models.bytes(example), fileName: example.file)
            for format in [ModelFileFormat.xgboostJSON, .xgboostUBJ] {
                let ending = format == .xgboostJSON ? "json" : "ubj"
                let written = try format.write(model)
                #expect(try format.read(written, fileName: "written") == model)
                let found = try predictions(written, ending, rows: example.file, models.folder)
                #expect(found == example.probabilities)
            }
        }
    }

    private func predictions(
        _ model: [UInt8], _ ending: String, rows: String, _ folder: TemporaryFolder
    ) throws -> [Double] {
        try Data(model).write(to: folder.url.appending(path: "written.\(ending)"))
        return try Oracle.json(
            [Double].self,
            """
            import sys, json, numpy as np, xgboost
            model = xgboost.Booster(model_file=f'{sys.argv[1]}/written.{sys.argv[2]}')
            rows = np.fromfile(f'{sys.argv[1]}/{sys.argv[3]}.f64').reshape(model.num_features(), -1).T
            matrix = xgboost.DMatrix(rows, feature_names=model.feature_names, feature_types=model.feature_types,
                                     enable_categorical=True)
            print(json.dumps([float(p) for p in model.predict(matrix)]))
            """, [folder.path(""), ending, rows])
    }

    @Test(.needs(.python)) func `trees trained here are written for XGBoost, with the same branches`() throws {
        let folder = try TemporaryFolder()
        let samples = try TreeSamples(rows: 1_500, seed: 95, missing: 0.15)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 300
        settings.minChildWeight = 0
        let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        // Also a split that separates missing values from all others.
        let flag = DecisionTree(
            nodes: [
                .init(
                    feature: 0, threshold: .infinity, defaultLeft: false, left: ~0, right: ~1, gain: 1, value: 0,
                    weight: 2, count: 2)
            ], leaves: [.init(value: -0.5, weight: 1, count: 1), .init(value: 0.5, weight: 1, count: 1)])
        let whole = try TreeEnsemble(
            featureNames: model.featureNames, trees: model.trees + [flag], combination: .sum, link: .logistic)
        try Data(
            samples.features.columns.flatMap { $0 }.flatMap { value in withUnsafeBytes(of: Double(value), Array.init) }
        )
        .write(to: folder.url.appending(path: "rows.f64"))
        let ours = try whole.probabilities(samples.features, threads: 1)
        for format in [ModelFileFormat.xgboostJSON, .xgboostUBJ] {
            let ending = format == .xgboostJSON ? "json" : "ubj"
            let theirs = try predictions(format.write(whole), ending, rows: "rows", folder)
            #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 1e-6 } && ours.count == theirs.count)
            // XGBoost's arithmetic gives XGBoost's bits.
            let read = try format.read(format.write(whole), fileName: "written")
            #expect(try read.probabilities(samples.features, threads: 1) == theirs)
        }
        // And as LightGBM's text, in which sums are 64-bit.
        let text = try ModelFileFormat.lightGBM.write(
            ModelFileFormat.xgboostUBJ.read(ModelFileFormat.xgboostUBJ.write(whole), fileName: "written"))
        let again = try ModelFileFormat.lightGBM.read(text, fileName: "text")
        let others = try again.probabilities(samples.features, threads: 1)
        #expect(zip(ours, others).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `what a format cannot hold is refused with a reason`() throws {
        let samples = try TreeSamples(rows: 200, seed: 96)
        var settings = RandomForestConfiguration()
        settings.trees = 2
        let forest = try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
        var node = DecisionTree.Node(
            feature: 0, threshold: 0, defaultLeft: true, left: ~0, right: ~1, gain: 0, value: 0, weight: 0, count: 0)
        node.zeroIsMissing = true
        let leaves = [DecisionTree.Leaf(value: 0, weight: 0, count: 0), .init(value: 1, weight: 0, count: 0)]
        let zero = try TreeEnsemble(
            featureNames: ["x"], trees: [DecisionTree(nodes: [node], leaves: leaves)], combination: .sum,
            link: .logistic)
        let category = DecisionTree.Node(
            feature: 0, categorySet: 0, defaultLeft: true, left: ~0, right: ~1, gain: 0, value: 0, weight: 0, count: 0)
        let missing = try TreeEnsemble(
            featureNames: ["x"],
            trees: [DecisionTree(nodes: [category], leaves: leaves, categorySets: [CategorySet(codes: [1])])],
            combination: .sum, link: .logistic)
        let regression = try LogisticRegression(
            scaler: StandardScaler(samples.features), coefficients: [0, 0, 0, 0, 0, 0, 0], intercept: 0)
        for (model, format, reason) in [
            (forest as any BinaryClassifier, ModelFileFormat.xgboostJSON, "mean of trees"),
            (zero, .xgboostUBJ, "zeros of feature 'x'"), (missing, .lightGBM, "feature 'x' sends missing values"),
            (regression, .lightGBM, "LogisticRegression"), (regression, .xgboostJSON, "LogisticRegression"),
        ] {
            let error = #expect(throws: ModelError.self) { try format.write(model) }
            #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        }
        #expect(throws: ModelError.self) { try ModelFileFormat.onnx.read([], fileName: "x.onnx") }
        #expect(ModelFileFormat(fileName: "a/b.UBJ") == .xgboostUBJ && ModelFileFormat(fileName: "model") == nil)
        #expect(ModelFileFormat(fileName: "json") == nil && ModelFileFormat(fileName: "a.pkl") == nil)
    }
}
