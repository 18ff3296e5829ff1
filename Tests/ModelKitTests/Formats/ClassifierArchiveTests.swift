import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ClassifierArchiveTests {
    private func boosted(_ samples: TreeSamples, leaves: Int = 31) throws -> TreeEnsemble {
        var settings = BoostedTreesConfiguration()
        settings.rounds = 12
        settings.maxLeaves = leaves
        return try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
    }

    private func forest(_ samples: TreeSamples) throws -> TreeEnsemble {
        var settings = RandomForestConfiguration()
        settings.trees = 7
        return try RandomForestTrainer(settings).trainBlocking(samples.features, labels: samples.labels)
    }

    @Test func `what is encoded is decoded to the last bit`() throws {
        let samples = try TreeSamples(rows: 600, seed: 81, missing: 0.1)
        for model in [try boosted(samples), try forest(samples)] {
            let decoded = try ClassifierArchive.decode(ClassifierArchive.encode(model))
            #expect(decoded as? TreeEnsemble == model)
            #expect(decoded.featureNames == model.featureNames)
            #expect(decoded.featureImportance == model.featureImportance)
        }
        let constant = try TreeEnsemble(
            featureNames: ["a b", "", "ä=\n,"], trees: [DecisionTree(constant: -1.25)], combination: .sum,
            link: .logistic)
        #expect(try ClassifierArchive.decode(ClassifierArchive.encode(constant)) as? TreeEnsemble == constant)
    }

    @Test(.needs(.python)) func `LightGBM loads what is written and predicts alike`() throws {
        let samples = try TreeSamples(rows: 900, seed: 82, missing: 0.1)
        // Splits that separate missing values from all others have an infinite threshold.
        let flags = try TreeSamples([[.nan, 1, .nan, .infinity, .nan, 1, 2, .nan]], labels: [1, 0, 1, 0, 1, 0, 0, 1])
        var settings = BoostedTreesConfiguration()
        settings.minChildWeight = 0
        let flagged = try BoostedTreesTrainer(settings).trainBlocking(flags.features, labels: flags.labels).model
        let constant = try TreeEnsemble(
            featureNames: ["f0"], trees: [DecisionTree(constant: -1.25)], combination: .sum, link: .logistic)
        let cases = [
            (try boosted(samples), samples), (try forest(samples), samples), (flagged, flags), (constant, flags),
        ]
        let folder = try TemporaryFolder()
        for (index, (model, samples)) in cases.enumerated() {
            try samples.write(to: folder, as: "\(index)")
            let files = try ClassifierArchive.encode(model)
            try Data(try #require(files["trees.txt"])).write(to: folder.url.appending(path: "\(index)trees.txt"))
        }
        let expected = try Oracle.json(
            [[Double]].self,
            TreeSamples.pythonLoad + """
                import lightgbm
                def predict(name):
                    model = lightgbm.Booster(model_file=f'{folder}/{name}trees.txt')
                    return model.predict(load(name)[0], num_threads=2).tolist()
                print(json.dumps([predict(i) for i in range(\(cases.count))]))
                """, [folder.url.path])
        for ((model, samples), expected) in zip(cases, expected) {
            let probabilities = try model.probabilities(samples.features, threads: 1)
            try #require(probabilities.count == expected.count)
            for (ours, theirs) in zip(probabilities, expected) { #expect(abs(ours - theirs) < 1e-9) }
        }
    }

    @Test(.needs(.python)) func `models that LightGBM trained are read and predict alike`() throws {
        let folder = try TemporaryFolder()
        try TreeSamples(rows: 1_500, seed: 83).write(to: folder, as: "whole")
        try TreeSamples(rows: 1_500, seed: 83, missing: 0.15).write(to: folder, as: "missing")
        // Missing values come in prediction even where training had none.
        let strange = try TreeSamples(rows: 500, seed: 84, missing: 0.2)
        try strange.write(to: folder, as: "test")
        let expected = try Oracle.json(
            [[Double]].self,
            TreeSamples.pythonLoad + """
                import lightgbm
                results = []
                for data in ['whole', 'missing']:
                    x, y, _ = load(data)
                    for more in [{}, dict(boosting='rf', bagging_fraction=.6, bagging_freq=1), dict(use_missing=False),
                                 dict(num_leaves=100, min_data_in_leaf=1), dict(extra_trees=True), dict(num_leaves=2)]:
                        settings = dict(objective='binary', num_threads=2, verbose=-1) | more
                        model = lightgbm.train(settings, lightgbm.Dataset(x, y), 15)
                        model.save_model(f'{folder}/model{len(results)}.txt')
                        results.append(model.predict(load('test')[0]).tolist())
                print(json.dumps(results))
                """, [folder.url.path])
        #expect(expected.count == 12)
        for (index, expected) in expected.enumerated() {
            let bytes = try Data(contentsOf: folder.url.appending(path: "model\(index).txt"))
            // Files may have gone through a system that ends lines with carriage returns.
            let text = String(decoding: bytes, as: UTF8.self)
            let variants = [Array(bytes), Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)]
            for bytes in variants {
                let model = try ClassifierArchive.decode(["trees.txt": bytes])
                let features = try FeatureMatrix(names: model.featureNames, columns: strange.features.columns)
                for (ours, theirs) in zip(try model.probabilities(features, threads: 1), expected) {
                    #expect(abs(ours - theirs) < 1e-9)
                }
            }
        }
    }

    @Test(.needs(.python)) func `models of other kinds are refused with a reason`() throws {
        let folder = try TemporaryFolder()
        try TreeSamples(rows: 800, seed: 85).write(to: folder)
        try Oracle.run(
            TreeSamples.pythonLoad + """
                import lightgbm
                x, y, _ = load()
                def save(name, target=y, dataset={}, **settings):
                    data = lightgbm.Dataset(x, target, **dataset)
                    lightgbm.train(dict(verbose=-1, num_threads=2) | settings, data, 3).save_model(f'{folder}/{name}.txt')
                save('regression', objective='regression')
                save('multiclass', target=np.arange(len(y)) % 3, objective='multiclass', num_class=3)
                save('linear', dataset=dict(params=dict(linear_tree=True)), objective='binary', linear_tree=True)
                save('sigmoid', objective='binary', sigmoid=2)
                """, [folder.url.path])
        for (name, reason) in [
            ("regression", "objective 'regression'"), ("multiclass", "num_class"),
            ("linear", "linear"), ("sigmoid", "sigmoid:1"),
        ] {
            let bytes = try Data(contentsOf: folder.url.appending(path: "\(name).txt"))
            let error = #expect(throws: ModelError.self) { try ClassifierArchive.decode(["trees.txt": Array(bytes)]) }
            #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
            #expect(error?.description.contains("trees.txt, line ") == true)
        }
    }

    @Test func `a logistic regression is stored, too, and checked when it is read`() throws {
        let samples = try TreeSamples(rows: 100, seed: 89)
        let model = try LogisticRegression(
            scaler: StandardScaler(samples.features), coefficients: [0.5, -1, 1.0 / 3, 0, 2, -0.1, 0], intercept: -4)
        var files = try ClassifierArchive.encode(model)
        #expect(try ClassifierArchive.decode(files) as? LogisticRegression == model)
        let name = try #require(files.keys.first { $0 != "classifier.json" })
        let text = String(decoding: try #require(files[name]), as: UTF8.self)
        for broken in [
            text.replacingOccurrences(of: "0.5", with: "null"), "", "[]",
            text.replacingOccurrences(of: "\"a\"", with: "\"b\""),
        ] {
            files[name] = Array(broken.utf8)
            let error = #expect(throws: ModelError.self) { try ClassifierArchive.decode(files) }
            #expect(error?.description.contains(name) == true)
        }
    }

    @Test func `archives that lack a file or are of another format are refused`() throws {
        let model = try boosted(TreeSamples(rows: 200, seed: 86))
        let files = try ClassifierArchive.encode(model)
        func manifest(_ text: String) -> [String: [UInt8]] {
            files.merging(["classifier.json": Array(text.utf8)]) { $1 }
        }
        let broken: [([String: [UInt8]], String)] = [
            ([:], "classifier.json"), (files.filter { $0.key != "trees.txt" }, "trees.txt"),
            (manifest("{"), "classifier.json"),
            (manifest("{\"format\":\"other\",\"version\":1,\"kind\":\"trees\",\"featureNames\":[]}"), "format 'other'"),
            (
                manifest("{\"format\":\"antifraud-classifier\",\"version\":2,\"kind\":\"trees\",\"featureNames\":[]}"),
                "version 2"
            ),
            (
                manifest("{\"format\":\"antifraud-classifier\",\"version\":1,\"kind\":\"x\",\"featureNames\":[]}"),
                "kind 'x'"
            ),
            (
                manifest(
                    "{\"format\":\"antifraud-classifier\",\"version\":1,\"kind\":\"trees\",\"featureNames\":[\"a\"]}"),
                "7 features"
            ),
        ]
        for (files, reason) in broken {
            let error = #expect(throws: ModelError.self) { try ClassifierArchive.decode(files) }
            guard case .malformedModel(let message) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(message.contains(reason), "\(message)")
        }
    }

    @Test func `no change of the bytes makes decoding or prediction crash`() throws {
        let samples = try TreeSamples(rows: 300, seed: 87, missing: 0.1)
        let files = try ClassifierArchive.encode(boosted(samples, leaves: 5))
        let original = try #require(files["trees.txt"])
        var generator = SeededGenerator(seed: 88)
        let chunks = [
            "-1", "99999999999999999999", "0", "=", "\n", " ", "nan", "inf", "1e999", "Tree=1", "2147483647",
            "-2147483648", "\u{FF}",
        ]
        var accepted = 0
        let end = ContinuousClock.now + .seconds(3)
        for _ in 0..<4_000 where ContinuousClock.now < end {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let location = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[location] = UInt8.random(in: 0...255, using: &generator)
                case 1:
                    bytes.removeSubrange(
                        location..<min(bytes.count, location + Int.random(in: 1...40, using: &generator)))
                case 2:
                    bytes.insert(contentsOf: Array((chunks.randomElement(using: &generator) ?? "").utf8), at: location)
                case 3: bytes[location] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
                default: bytes.removeSubrange(location...)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            var changed = files
            changed["trees.txt"] = bytes
            do {
                let model = try ClassifierArchive.decode(changed)
                let probabilities = try model.probabilities(samples.features, threads: 1)
                #expect(probabilities.allSatisfy { $0 >= 0 && $0 <= 1 })
                accepted += 1
            } catch {
                guard case .malformedModel = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
        #expect(accepted > 0)
    }
}
