import CTreeKernels

/// One tree in the form in which the kernel computes path-dependent Shapley values.
///
/// Lundberg et al. (2020) define f(S), for a set S of features, as the tree's value where a row decides at nodes of S, and
/// both sides are averaged by cover elsewhere. Along the path to a leaf of value v, let o be 1 where a row takes all of
/// a feature's edges, else 0, and z the product of the edges' cover shares. The leaf then gives
/// f(S) = v * product over S of o * product over the others of z.
///
/// The Shapley weight of a set of n out of d features is the integral of t^n (1 - t)^(d - 1 - n) over [0, 1]. With it, the sum
/// over all sets becomes the integral of one product, (o_i - z_i) v * product over j != i of (t o_j + (1 - t) z_j): a
/// polynomial in t, which d / 2 points integrate exactly. One walk over the tree with a product per point therefore gives
/// all contributions, in time linear in leaves and depth. All products are of numbers from 0 to 1, so they lose no digits. (Yu et
/// al., "Linear TreeShap", NeurIPS 2022, reach the same time by interpolating polynomials.)
struct PathShapleyTree: Sendable {
    let tests: NodeTests
    let edges: [TreeKernelEdge]
    /// See ``writeCoefficients(to:)``; nil where they would take too much memory in all trees.
    private(set) var coefficients: [Double]?
    let points: Int
    /// The edges of the longest path.
    let depth: Int
    /// The mean by cover.
    let expectedValue: Double
    private let shares: [Share]

    /// A quarter of a gigabyte.
    private static let mostNumbers = 1 << 25

    /// An edge's share of the cover among the earlier edges of its feature, itself included.
    private struct Share {
        let value: Double
        /// The next edge above on the same feature.
        let earlier: Int?
    }

    /// - Parameters:
    ///   - tree: of which every node has cover.
    ///   - tests: the same nodes, as they compare columns.
    ///   - scale: a factor of the leaves' values.
    ///   - number: the tree's, for errors.
    /// - Throws: ``ModelError/unusableData(_:)`` for a tree whose coefficients, or products on a path, would take too much memory.
    init(_ tree: DecisionTree, _ tests: NodeTests, cover: TreeCover, scale: Double, number: Int) throws(ModelError) {
        self.tests = tests
        var walk = Walk(tree, cover, scale)
        walk.run()
        edges = walk.edges
        depth = walk.depth
        points = max(1, (walk.mostFeatures + 1) / 2)
        guard points * max(6 * edges.count, 16 * (depth + 1)) <= Self.mostNumbers else {
            throw .unusableData(
                "tree \(number) has paths of \(depth) nodes on \(walk.mostFeatures) features, too many to explain by tree "
                    + "paths")
        }
        expectedValue = tree.nodes.isEmpty ? tree.leaves[0].value * scale : walk.expectedValue
        shares = walk.shares
    }

    /// The number of coefficients: six runs of ``points`` numbers an edge.
    var coefficientCount: Int { edges.count * 6 * points }

    /// Computes the coefficients once for all rows.
    mutating func keepCoefficients() {
        coefficients = [Double](unsafeUninitializedCapacity: coefficientCount) { buffer, initialized in
            if let base = buffer.baseAddress { writeCoefficients(to: base) }
            initialized = coefficientCount
        }
    }

    /// Writes what the kernel needs of each edge: factors, then gains, each where a row takes the edge, only earlier ones of its
    /// feature, or none.
    func writeCoefficients(to coefficients: UnsafeMutablePointer<Double>) {
        let rule = GaussLegendre(count: points)
        for (index, share) in shares.enumerated() {
            let earlier = share.earlier.map { shares[$0].value }
            for point in 0..<points {
                let t = rule.points[point], weight = rule.weights[point]
                // Where the row takes the edges (o = 1), and where it does not (o = 0).
                let taken = t + (1 - t) * share.value, left = (1 - t) * share.value
                var factors = SIMD3(taken, left, left)
                var gains = SIMD3(weight * (1 - share.value) / taken, -weight / (1 - t), -weight / (1 - t))
                if let earlier {
                    let earlierTaken = t + (1 - t) * earlier, earlierLeft = (1 - t) * earlier
                    factors = SIMD3(
                        taken / earlierTaken, left / earlierTaken, earlierLeft > 0 ? left / earlierLeft : 0)
                    // Sums below this edge are among those of the earlier one, where they had its gain.
                    let earlierGain = weight * (1 - earlier) / earlierTaken
                    gains = SIMD3(gains[0] - earlierGain, gains[1] - earlierGain, 0)
                }
                for run in 0..<3 {
                    (coefficients + (index * 6 + run) * points + point).initialize(to: factors[run])
                    (coefficients + (index * 6 + 3 + run) * points + point).initialize(to: gains[run])
                }
            }
        }
    }

    /// Visits the edges, each child right after its node.
    private struct Walk {
        let tree: DecisionTree
        let cover: TreeCover
        let scale: Double
        var edges: [TreeKernelEdge] = []
        var shares: [Share] = []
        var depth = 0
        var mostFeatures = 0
        var expectedValue = 0.0
        /// The deepest edge of each feature on the path.
        private var latest: [Int32: Int] = [:]

        init(_ tree: DecisionTree, _ cover: TreeCover, _ scale: Double) {
            self.tree = tree
            self.cover = cover
            self.scale = scale
        }

        private enum Step {
            case enter(node: Int, isLeft: Bool, depth: Int, reach: Double)
            /// Restores what was the feature's deepest edge.
            case leave(feature: Int32, earlier: Int?)
        }

        mutating func run() {
            guard !tree.nodes.isEmpty else { return }
            var pending: [Step] = []
            func push(_ node: Int, _ depth: Int, _ reach: Double) {
                pending.append(.enter(node: node, isLeft: false, depth: depth, reach: reach))
                pending.append(.enter(node: node, isLeft: true, depth: depth, reach: reach))
            }
            push(0, 1, 1)
            while let step = pending.popLast() {
                switch step {
                case .leave(let feature, let earlier): latest[feature] = earlier
                case .enter(let index, let isLeft, let depth, let reach):
                    let node = tree.nodes[index]
                    let left = tree.leftShare(node, cover) ?? 0.5
                    let share = isLeft ? left : 1 - left
                    let child = isLeft ? node.left : node.right
                    let earlier = add(node, index, isLeft, depth, share)
                    pending.append(.leave(feature: node.feature, earlier: earlier))
                    if child < 0 {
                        expectedValue += reach * share * edges[edges.count - 1].leaf_value
                    } else {
                        push(Int(child), depth + 1, reach * share)
                    }
                }
            }
        }

        /// - Returns: the next edge above on the same feature.
        private mutating func add(
            _ node: DecisionTree.Node, _ index: Int, _ isLeft: Bool, _ depth: Int, _ share: Double
        ) -> Int? {
            let child = isLeft ? node.left : node.right
            let earlier = latest[node.feature]
            edges.append(
                TreeKernelEdge(
                    leaf_value: child < 0 ? tree.leaves[Int(~child)].value * scale : 0, depth: UInt32(depth),
                    earlier_depth: earlier.map { edges[$0].depth } ?? 0, node: UInt32(index),
                    feature: UInt32(node.feature), is_left: isLeft ? 1 : 0, is_leaf: child < 0 ? 1 : 0))
            shares.append(Share(value: share * (earlier.map { shares[$0].value } ?? 1), earlier: earlier))
            latest[node.feature] = edges.count - 1
            self.depth = max(self.depth, depth)
            mostFeatures = max(mostFeatures, latest.count)
            return earlier
        }
    }
}
