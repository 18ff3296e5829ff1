import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct MonotoneConstraintsTests {
    private func settings(
        _ constraints: [String: Monotonicity], _ change: (inout BoostedTreesConfiguration) -> Void = { _ in }
    ) -> BoostedTreesConfiguration {
        var settings = BoostedTreesConfiguration()
        settings.growth = .depthWise
        settings.maxDepth = 4
        settings.maxLeaves = 0
        settings.rounds = 15
        settings.learningRate = 0.3
        settings.threads = 2
        settings.monotoneConstraints = constraints
        change(&settings)
        return settings
    }

    private func train(_ samples: TreeSamples, _ settings: BoostedTreesConfiguration) throws -> TreeEnsemble {
        try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
    }

    @Test(.needs(.python)) func `constrained trees are those of XGBoost`() throws {
        let samples = try TreeSamples(rows: 3_000, seed: 121, missing: 0.1)
        let folder = try TemporaryFolder()
        try samples.write(to: folder)
        let expected = try Oracle.json(
            [Double].self,
            TreeSamples.pythonLoad + """
                import xgboost
                x, y, _ = load()
                data = xgboost.DMatrix(x, y)
                model = xgboost.train(dict(objective='binary:logistic', base_score=float(y.mean()), tree_method='exact',
                    max_depth=4, eta=0.3, nthread=1, monotone_constraints='(1,1,-1,0,0,0,0)'), data, 15)
                print(json.dumps(model.predict(data).astype(float).tolist()))
                """, [folder.url.path])
        let model = try train(samples, settings(["a": .increasing, "b": .increasing, "c": .decreasing]))
        let actual = try model.probabilities(samples.features, threads: 1)
        let equal = zip(actual, expected).count { abs($0 - $1) < 1e-4 }
        #expect(equal == expected.count)
    }

    @Test(arguments: TreeGrowth.allCases, [0, 255])
    func `probabilities never go against a constraint`(growth: TreeGrowth, maxBins: Int) throws {
        // The label depends on b and c by their product: without constraints, both directions are learned.
        let samples = try TreeSamples(rows: 4_000, seed: 122, missing: 0.05)
        let constrained: [String: Monotonicity] = ["a": .decreasing, "b": .increasing, "coarse": .increasing]
        let settings = settings(constrained) {
            $0.growth = growth
            $0.maxLeaves = 31
            $0.maxBins = maxBins
            $0.l1 = 0.1
            $0.rowSubsample = 0.8
        }
        let model = try train(samples, settings)
        var free = settings
        free.monotoneConstraints = [:]
        let unconstrained = try train(samples, free)
        for (name, direction) in constrained {
            let feature = try #require(samples.features.names.firstIndex(of: name))
            func steps(_ model: TreeEnsemble) throws -> [Double] {
                var last: [Double]?
                var steps: [Double] = []
                for value in stride(from: Float(-3), through: 13, by: 0.25) {
                    var columns = samples.features.slice(0..<200).columns
                    columns[feature] = [Float](repeating: value, count: 200)
                    let values = try model.probabilities(
                        FeatureMatrix(names: samples.features.names, columns: columns), threads: 1)
                    if let last { steps += zip(last, values).map { $1 - $0 } }
                    last = values
                }
                return direction == .increasing ? steps : steps.map { -$0 }
            }
            #expect(try steps(model).allSatisfy { $0 >= -1e-15 })
            #expect(try steps(unconstrained).contains { $0 < 0 })
        }
    }

    @Test func `a constraint in the direction that data have changes nothing`() throws {
        let column = (0..<400).map { Float($0) }
        let samples = try TreeSamples([column], labels: (0..<400).map { $0 < 250 ? 0 : 1 })
        let free = try train(samples, settings([:])), constrained = try train(samples, settings(["f0": .increasing]))
        for (free, constrained) in zip(
            try free.probabilities(samples.features, threads: 1),
            try constrained.probabilities(samples.features, threads: 1))
        {
            #expect(abs(free - constrained) < 1e-12)
        }
        // Against it, there is nothing to learn.
        let against = try train(samples, settings(["f0": .decreasing]))
        #expect(against.trees.allSatisfy { $0.nodes.isEmpty })
    }

    @Test func `constraints survive JSON, and one on a feature that is not there is refused`() throws {
        let settings = settings(["a": .increasing, "z": .decreasing])
        #expect(
            try JSONDecoder().decode(BoostedTreesConfiguration.self, from: JSONEncoder().encode(settings)) == settings)
        let samples = try TreeSamples(rows: 100, seed: 123)
        let error = #expect(throws: ModelError.self) { try train(samples, settings) }
        #expect(error?.description.contains("'z'") == true)
    }
}
