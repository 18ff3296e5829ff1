import Parallelism

/// The 64-bit thresholds of an ensemble, as in other programs' models, mapped to tables that compare in 32 bits.
///
/// Only the order of a value among a feature's thresholds matters. So each value gets the code of the first threshold
/// that is not below it, a 32-bit number, and tables hold the thresholds' codes. The codes are the thresholds rounded
/// down if these stay distinct, so that 32-bit values are their own codes; else the thresholds' ranks.
struct WideThresholds: Sendable {
    private struct Feature: Sendable {
        /// Ascending and distinct.
        let thresholds: [Double]
        /// Ascending and distinct.
        let codes: [Float]
        let isRanked: Bool

        init(_ distinct: Set<Double>) {
            let thresholds = distinct.sorted()
            let rounded = thresholds.map(DecisionTree.roundedDown)
            let isRanked = zip(rounded, rounded.dropFirst()).contains { $0 >= $1 }
            self.thresholds = thresholds
            codes = isRanked ? thresholds.indices.map { Float($0) } : rounded
            self.isRanked = isRanked
        }

        /// The number of thresholds below a value.
        func position(_ value: Double) -> Int {
            var low = 0, high = thresholds.count
            while low < high {
                let middle = (low + high) / 2
                if thresholds[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// Whole numbers up to this are distinct in 32 bits.
    private static let mostRanks = 1 << 24

    private let features: [Feature?]
    /// The first feature with thresholds that no 32-bit number separates.
    let rankedFeature: Int?

    /// Nil where all thresholds are 32-bit numbers: then the model was trained on 32-bit features, and compares in 32
    /// bits.
    /// - Throws: ``ModelError/malformedModel(_:)`` for more thresholds of one feature than there are codes.
    init?(_ trees: [DecisionTree], featureNames: [String]) throws(ModelError) {
        guard trees.contains(where: { $0.nodes.contains { Double($0.threshold) != $0.exactThreshold } }) else {
            return nil
        }
        var distinct = [Set<Double>](repeating: [], count: featureNames.count)
        for tree in trees { for node in tree.nodes { distinct[Int(node.feature)].insert(node.exactThreshold) } }
        let features = distinct.map { $0.isEmpty ? nil : Feature($0) }
        for (name, feature) in zip(featureNames, features) {
            if let feature, feature.isRanked, feature.thresholds.count > Self.mostRanks {
                throw .malformedModel("feature '\(name)' has \(feature.thresholds.count) thresholds that 32 bits merge")
            }
        }
        self.features = features
        rankedFeature = features.firstIndex { $0?.isRanked ?? false }
    }

    /// Whether 32-bit values, too, have codes other than themselves.
    var isRanked: Bool { rankedFeature != nil }

    /// A code for which the tables decide as the thresholds do for the value.
    func code(_ value: Double, feature index: Int) -> Float {
        let rounded = Float(value)
        guard let feature = features[index], !value.isNaN else { return rounded }
        if !feature.isRanked, Double(rounded) == value { return rounded }
        let position = feature.position(value)
        return position < feature.codes.count ? feature.codes[position] : .infinity
    }

    /// The trees with codes for thresholds.
    func coded(_ trees: [DecisionTree]) -> [DecisionTree] {
        guard isRanked else { return trees }
        return trees.map { tree in
            var tree = tree
            for index in tree.nodes.indices {
                let node = tree.nodes[index]
                tree.nodes[index].threshold = code(node.exactThreshold, feature: Int(node.feature))
            }
            return tree
        }
    }

    /// The rows with codes for values, where these differ.
    func coded(_ matrix: FeatureMatrix, threads: Int) -> FeatureMatrix {
        var columns = matrix.columns
        var isChanged = false
        for index in columns.indices {
            guard let feature = features[index] else { continue }
            if let doubles = matrix.doubles[index] {
                columns[index] = codes(count: doubles.count, threads) { code(doubles[$0], feature: index) }
            } else if feature.isRanked {
                let floats = columns[index]
                columns[index] = codes(count: floats.count, threads) { code(Double(floats[$0]), feature: index) }
            } else {
                continue
            }
            isChanged = true
        }
        return isChanged ? matrix.replacing(columns: columns) : matrix
    }

    private func codes(count: Int, _ threads: Int, _ code: @Sendable (Int) -> Float) -> [Float] {
        let taskRows = 1 << 14
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Each task writes separate rows.
            nonisolated(unsafe) let buffer = buffer
            parallelFor(count: (count + taskRows - 1) / taskRows, threads: threads) { task in
                for row in task * taskRows..<min(count, (task + 1) * taskRows) {
                    buffer.initializeElement(at: row, to: code(row))
                }
            }
            initialized = count
        }
    }
}
