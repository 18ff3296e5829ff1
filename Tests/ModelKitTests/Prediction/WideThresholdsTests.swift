import Columnar
import Foundation
import ModelKit
import TestSupport
import Testing

/// Models of other programs compare in 64 bits; values that 32 bits cannot hold must not change their decisions.
@Suite struct WideThresholdsTests {
    private func leaf(_ value: Double) -> DecisionTree.Leaf { .init(value: value, weight: 0, count: 0) }

    /// One tree that tells apart the ranges between thresholds of one feature: leaf i holds what lies above i thresholds.
    private func ladder(_ thresholds: [Double]) throws -> TreeEnsemble {
        var nodes: [DecisionTree.Node] = []
        for (index, threshold) in thresholds.enumerated() {
            let isLast = index == thresholds.count - 1
            var node = DecisionTree.Node(
                feature: 0, threshold: DecisionTree.roundedDown(threshold), defaultLeft: false, left: ~Int32(index),
                right: isLast ? ~Int32(index + 1) : Int32(index + 1), gain: 1, value: 0, weight: 0, count: 0)
            node.exactThreshold = threshold
            nodes.append(node)
        }
        let leaves = (0...thresholds.count).map { leaf(Double($0) / Double(thresholds.count)) }
        return try TreeEnsemble(
            featureNames: ["id"], trees: [DecisionTree(nodes: nodes, leaves: leaves)], combination: .mean,
            link: .identity)
    }

    private func expected(_ value: Double, _ thresholds: [Double]) -> Double {
        guard !value.isNaN else { return 1 }
        return Double(thresholds.firstIndex { value <= $0 } ?? thresholds.count) / Double(thresholds.count)
    }

    private static let identifiers = (0..<40).map { 4e15 + 50 * Double($0) + 0.5 }
    private static let large = [1_000_000.015, 1_000_000.025, 1_000_000.035, 2e7 + 0.125]
    private static let extreme = [-1e300, -1e299, -0.1, 0, 1e-300, 0.1, 1e40, 1e300]

    @Test(arguments: [identifiers, large, extreme, [0.1], [16_777_216.5]])
    func `values in 64 bits are decided as 64-bit thresholds decide them`(thresholds: [Double]) throws {
        let model = try ladder(thresholds)
        #expect(model.takesDoubles)
        var values = thresholds.flatMap { [$0.nextDown, $0, $0.nextUp, Double(Float($0)), $0 + 1] }
        values += [-.infinity, .infinity, 0, -0.0, .nan, 16_777_217, 1_000_000.02]
        let batch = try RecordBatch([("id", .float64(values))])
        let matrix = try FeatureMatrix(batch, features: ["id"])
        let wanted = values.map { expected($0, thresholds) }
        #expect(try model.probabilities(matrix, threads: 1) == wanted)
        #expect(
            try model.probabilities(matrix.take(Array(values.indices.reversed())), threads: 2) == wanted.reversed()
        )
        for (value, wanted) in zip(values, wanted) {
            #expect(
                withUnsafePointer(to: value) { model.probability(row: UnsafeBufferPointer(start: $0, count: 1)) }
                    == wanted)
        }
        // Values in 32 bits are exact ones, too.
        let narrow = values.map { Float($0) }
        let wantedNarrow = narrow.map { expected(Double($0), thresholds) }
        #expect(try model.probabilities(FeatureMatrix(names: ["id"], columns: [narrow]), threads: 1) == wantedNarrow)
        for (value, wanted) in zip(narrow, wantedNarrow) {
            #expect(
                withUnsafePointer(to: value) { model.probability(row: UnsafeBufferPointer(start: $0, count: 1)) }
                    == wanted)
        }
        let decoded = try ClassifierArchive.decode(ClassifierArchive.encode(model))
        #expect(decoded.takesDoubles)
        #expect(try decoded.probabilities(matrix, threads: 1) == wanted)
    }

    @Test func `integers and nulls of a table are taken in 64 bits`() throws {
        let model = try ladder(Self.identifiers)
        let batch = try RecordBatch([
            (
                "id",
                .int64(
                    [4_000_000_000_000_050, 4_000_000_000_000_051, 0, 7], validity: Bitmap([true, true, false, true]))
            )
        ])
        let matrix = try FeatureMatrix(batch, features: ["id"])
        #expect(try model.probabilities(matrix, threads: 1) == [1.0 / 40, 2.0 / 40, 1, 0])
        let small = try ladder([16_777_216.5])
        let odd = try RecordBatch([("id", .int32([16_777_216, 16_777_217]))])
        #expect(try small.probabilities(FeatureMatrix(odd, features: ["id"]), threads: 1) == [0, 1])
    }

    @Test func `models trained here go on comparing in 32 bits`() throws {
        let samples = try TreeSamples(rows: 500, seed: 91, missing: 0.1)
        let model = try BoostedTreesTrainer().trainBlocking(samples.features, labels: samples.labels).model
        #expect(!model.takesDoubles)
        let columns = samples.features.columns.map { column in column.map { Double($0).nextUp } }
        let batch = try RecordBatch(zip(model.featureNames, columns).map { ($0, .float64($1)) })
        #expect(
            try model.probabilities(FeatureMatrix(batch, features: model.featureNames), threads: 1)
                == model.probabilities(samples.features, threads: 1))
    }

    @Test func `thresholds that 32 bits merge have no ONNX form`() throws {
        let error = #expect(throws: ModelError.self) { try ONNXModel(ladder(Self.identifiers)) }
        #expect(error?.description.contains("feature 'id'") == true)
        #expect(throws: Never.self) { try ONNXModel(ladder([0.1, 5.5])) }
    }

    @Test(.needs(.python)) func `LightGBM's models of long identifiers and large amounts predict alike`() throws {
        let folder = try TemporaryFolder()
        let rows = 3_000
        var generator = SeededGenerator(seed: 92)
        let identifiers = (0..<rows).map { _ in
            Int64.random(in: 4_000_000_000_000_000..<4_000_000_000_003_000, using: &generator)
        }
        let amounts = (0..<rows).map { _ in Double(Int64.random(in: 100_000_000..<100_000_300, using: &generator)) / 100
        }
        let days = (0..<rows).map { _ in Int32.random(in: 1_600_000_000..<1_600_000_500, using: &generator) }
        let labels = (0..<rows).map { row -> UInt8 in
            let cents = Int64((amounts[row] * 100).rounded())
            let steps: Int64 = identifiers[row] / 300 + cents / 40 + Int64(days[row]) / 50
            return UInt8(steps % 2)
        }
        func bytes<Value>(_ values: [Value]) -> Data { Data(values.flatMap { withUnsafeBytes(of: $0, Array.init) }) }
        for (name, data) in [
            ("id", bytes(identifiers)), ("amount", bytes(amounts)), ("day", bytes(days)), ("y", Data(labels)),
        ] {
            try data.write(to: folder.url.appending(path: name))
        }
        let wanted = try Oracle.json(
            [Double].self,
            """
            import sys, json, numpy as np, lightgbm
            folder = sys.argv[1]
            x = np.column_stack([np.fromfile(f'{folder}/{name}', type).astype(float)
                                 for name, type in [('id', np.int64), ('amount', float), ('day', np.int32)]])
            y = np.fromfile(f'{folder}/y', np.uint8)
            model = lightgbm.train(dict(objective='binary', num_threads=2, verbose=-1, num_leaves=60, max_bin=5000,
                                        min_data_in_leaf=2, min_data_in_bin=1), lightgbm.Dataset(x, y), 10)
            model.save_model(f'{folder}/model.txt')
            print(json.dumps(model.predict(x).tolist()))
            """, [folder.url.path])
        let text = Array(try Data(contentsOf: folder.url.appending(path: "model.txt")))
        let model = try ClassifierArchive.decode(["trees.txt": text])
        let names = model.featureNames
        try #require(names.count == 3)
        let batch = try RecordBatch([
            (names[0], .int64(identifiers)), (names[1], .float64(amounts)), (names[2], .int32(days)),
        ])
        let found = try model.probabilities(FeatureMatrix(batch, features: names), threads: 2)
        try #require(found.count == wanted.count)
        for (found, wanted) in zip(found, wanted) { #expect(abs(found - wanted) < 1e-12) }
        let narrow = try model.probabilities(FeatureMatrix(batch, features: names, keepingDoubles: false), threads: 1)
        #expect(narrow != found)
    }
}
