import Foundation
import ModelKit
import TestSupport
import Testing

/// Small trainings compared with an independent computation in numpy that evaluates every split.
@Suite struct TreesExactnessTests {
    private struct Expected: Decodable {
        struct Node: Decodable {
            let feature: Int
            let gain: Double
            let rows: Int
            let leftRows: Int
        }

        let nodes: [Node]
        let scores: [Double]
    }

    /// Grows trees as equation 7 of Chen and Guestrin says, with all midpoints of the values as candidates.
    private static let reference =
        TreeSamples.pythonLoad + """
            x, y, w = load()
            config = json.loads(sys.argv[2])
            w = w.astype(float) * np.where(y == 1, config['scale'], 1)
            x = x.astype(float); l1, l2, rate, depth = config['l1'], config['l2'], config['rate'], config['depth']
            base = np.log(w[y == 1].sum() / w[y == 0].sum())
            score = np.full(len(y), base)
            nodes = []
            soft = lambda g: np.sign(g) * max(abs(g) - l1, 0)
            def term(g, h): return soft(g) ** 2 / (h + l2)
            def grow(rows, level, g, h, out):
                G, H = g[rows].sum(), h[rows].sum()
                best = None
                if level < depth:
                    for f in range(x.shape[1]):
                        v = x[rows, f]
                        known = rows[~np.isnan(v)]; lost = rows[np.isnan(v)]
                        cuts = np.unique(x[known, f])
                        for i, cut in enumerate(cuts):
                            for lost_left in ([False, True] if len(lost) else [False]):
                                left = known[x[known, f] <= cut]
                                if lost_left: left = np.concatenate([left, lost])
                                if len(left) == len(rows) or len(left) == 0: continue
                                gl, hl = g[left].sum(), h[left].sum()
                                if hl < config['child'] or H - hl < config['child']: continue
                                gain = (term(gl, hl) + term(G - gl, H - hl) - term(G, H)) / 2
                                if gain > max(config['gain'], 1e-9) and (best is None or gain > best[0] + 1e-9):
                                    best = (gain, f, left)
                if best is None:
                    out[rows] = -soft(G) / (H + l2) * rate
                    return
                nodes.append(dict(feature=best[1], gain=best[0], rows=len(rows), leftRows=len(best[2])))
                left = np.zeros(len(y), bool); left[best[2]] = True
                inside = np.zeros(len(y), bool); inside[rows] = True
                grow(np.flatnonzero(inside & left), level + 1, g, h, out)
                grow(np.flatnonzero(inside & ~left), level + 1, g, h, out)
            for _ in range(config['rounds']):
                p = 1 / (1 + np.exp(-score)); out = np.zeros(len(y))
                grow(np.arange(len(y)), 0, w * (p - y), w * p * (1 - p), out)
                score = score + out
            print(json.dumps(dict(nodes=nodes, scores=score.tolist())))
            """

    private func check(_ samples: TreeSamples, _ configuration: BoostedTreesConfiguration) throws {
        let folder = try TemporaryFolder()
        try samples.write(to: folder)
        let settings =
            "{\"l1\":\(configuration.l1),\"l2\":\(configuration.l2),\"rate\":\(configuration.learningRate),"
            + "\"depth\":\(configuration.maxDepth),\"rounds\":\(configuration.rounds),"
            + "\"child\":\(configuration.minChildWeight),\"gain\":\(configuration.minSplitGain),"
            + "\"scale\":\(configuration.scalePositiveWeight)}"
        let expected = try Oracle.json(Expected.self, Self.reference, [folder.url.path, settings])
        let model = try BoostedTreesTrainer(configuration)
            .trainBlocking(samples.features, labels: samples.labels, weights: samples.weights).model
        let probabilities = try model.probabilities(samples.features, threads: 1)
        for (probability, score) in zip(probabilities, expected.scores) {
            #expect(abs(log(probability / (1 - probability)) - score) < 2e-6)
        }
        // Depth first, left side first, as the reference lists its nodes.
        var nodes: [DecisionTree.Node] = []
        for tree in model.trees where !tree.nodes.isEmpty {
            var pending: [Int32] = [0]
            while let index = pending.popLast() {
                let node = tree.nodes[Int(index)]
                nodes.append(node)
                for child in [node.right, node.left] where child >= 0 { pending.append(child) }
            }
        }
        try #require(nodes.count == expected.nodes.count)
        for (node, expected) in zip(nodes, expected.nodes) {
            #expect(Int(node.feature) == expected.feature)
            #expect(abs(node.gain - expected.gain) < 1e-5 * max(1, expected.gain))
            #expect(node.count == expected.rows)
        }
    }

    private func configuration(depth: Int, rounds: Int = 1) -> BoostedTreesConfiguration {
        var configuration = BoostedTreesConfiguration()
        configuration.maxDepth = depth
        configuration.maxLeaves = 0
        configuration.rounds = rounds
        configuration.minChildWeight = 0
        configuration.threads = 2
        return configuration
    }

    @Test(.needs(.python), arguments: [1, 2, 3])
    func `splits, gains and leaf values are those of the formulas`(depth: Int) throws {
        try check(TreeSamples(rows: 220, seed: 1), configuration(depth: depth))
    }

    @Test(.needs(.python)) func `later rounds start from the scores of the earlier ones`() throws {
        try check(TreeSamples(rows: 180, seed: 2), configuration(depth: 2, rounds: 4))
    }

    @Test(.needs(.python)) func `missing values are tried on both sides`() throws {
        try check(TreeSamples(rows: 200, seed: 3, missing: 0.2), configuration(depth: 2, rounds: 2))
    }

    @Test(.needs(.python)) func `penalties, least child weight and least gain hold`() throws {
        var settings = configuration(depth: 3, rounds: 2)
        settings.l1 = 1.5
        settings.l2 = 0.3
        settings.minChildWeight = 4
        settings.minSplitGain = 0.5
        try check(TreeSamples(rows: 220, seed: 4), settings)
    }

    @Test(.needs(.python)) func `weights enter gradients and hessians`() throws {
        var samples = try TreeSamples(rows: 200, seed: 5)
        samples.weights = samples.labels.indices.map { Float($0 % 7 + 1) * 0.5 }
        var settings = configuration(depth: 2, rounds: 2)
        settings.scalePositiveWeight = 2.5
        settings.minChildWeight = 1
        try check(samples, settings)
    }

    @Test func `a split that is worked out by hand`() throws {
        // Two of four positive: p = 1/2, g = -1/2 or 1/2, h = 1/4. Splitting between 2 and 3 gives G = 1 and H = 1/2 on each
        // side: gain = (2 * 1 / (1/2 + 1)) / 2 = 2/3, leaves -1 / (3/2) and 1 / (3/2), times the rate of 1/2.
        let samples = try TreeSamples([[1, 2, 3, 4]], labels: [0, 0, 1, 1])
        var settings = configuration(depth: 1)
        settings.learningRate = 0.5
        let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        let tree = try #require(model.trees.first)
        #expect(tree.nodes.count == 1)
        #expect(tree.nodes[0].threshold == 2.5)
        #expect(abs(tree.nodes[0].gain - 2.0 / 3) < 1e-8)
        #expect(abs(tree.leaves[0].value + 1.0 / 3) < 1e-8)
        #expect(abs(tree.leaves[1].value - 1.0 / 3) < 1e-8)
        #expect(tree.leaves.map(\.count) == [2, 2])
        #expect(model.featureImportance == [1])
    }

    @Test func `what nodes say of their rows is what the rows say`() throws {
        // Histograms of the larger children come from subtraction, through many levels and several shards.
        let samples = try TreeSamples(rows: 80_000, seed: 6, missing: 0.05)
        var settings = BoostedTreesConfiguration()
        settings.rounds = 3
        settings.maxLeaves = 60
        let model = try BoostedTreesTrainer(settings).trainBlocking(samples.features, labels: samples.labels).model
        var scores = [Double](repeating: 0, count: samples.labels.count)
        let positives = Double(samples.labels.reduce(0) { $0 + Int($1) })
        let base = log(positives / (Double(samples.labels.count) - positives))
        for (round, tree) in model.trees.enumerated() {
            var counts = [Int](repeating: 0, count: tree.leaves.count)
            var weights = [Double](repeating: 0, count: tree.leaves.count)
            var leafOfRow: [Int] = []
            for row in samples.labels.indices {
                var location: Int32 = 0
                while location >= 0 {
                    let node = tree.nodes[Int(location)]
                    let value = samples.features.columns[Int(node.feature)][row]
                    location = value <= node.threshold || (value.isNaN && node.defaultLeft) ? node.left : node.right
                }
                let leaf = Int(~location)
                leafOfRow.append(leaf)
                counts[leaf] += 1
                let probability = 1 / (1 + exp(-(round == 0 ? base : scores[row])))
                weights[leaf] += probability * (1 - probability)
            }
            for (row, leaf) in leafOfRow.enumerated() { scores[row] += tree.leaves[leaf].value }
            #expect(counts == tree.leaves.map(\.count))
            for (weight, leaf) in zip(weights, tree.leaves) { #expect(abs(weight - leaf.weight) < 1e-5 * weight) }
        }
    }
}
