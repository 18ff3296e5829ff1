import Essentials

/// Grows trees whose thresholds are drawn (Geurts, Ernst, Wehenkel 2006, *Extremely randomized trees*): each node is split by the best
/// of some features, each at one threshold drawn uniformly between the least and the greatest value of the node's rows.
///
/// Works on the values themselves. Missing values go to the side where the gain is greater; where none is missing, with the
/// larger side.
struct RandomSplitGrower {
    private let features: FeatureMatrix
    private let labels: [UInt8]
    private let settings: GrowthSettings
    private var generator: SplitMix64
    /// Each row's weight in this tree.
    private let weights: [Double]
    private var rows: [Int32]
    private var nodes: [DecisionTree.Node] = []
    private var leaves: [DecisionTree.Leaf] = []

    /// Weight, weight of frauds, and number of rows.
    private struct Sums {
        var weight = 0.0, frauds = 0.0, count = 0

        static func + (left: Sums, right: Sums) -> Sums {
            Sums(
                weight: left.weight + right.weight, frauds: left.frauds + right.frauds, count: left.count + right.count)
        }

        static func - (left: Sums, right: Sums) -> Sums {
            Sums(
                weight: left.weight - right.weight, frauds: left.frauds - right.frauds, count: left.count - right.count)
        }

        mutating func add(_ weight: Double, _ label: UInt8) {
            self.weight += weight
            frauds += label == 1 ? weight : 0
            count += 1
        }

        var score: Double { weight > 0 ? frauds * frauds / weight : 0 }
        var share: Double { weight > 0 ? frauds / weight : 0 }
    }

    private struct Split {
        var feature: Int
        var threshold: Float
        var missingGoesLeft: Bool
        var gain: Double
    }

    /// A part of the rows that becomes a node or a leaf, and where its number goes.
    private struct Part {
        var range: Range<Int>
        var depth: Int
        var parent: (node: Int, isLeft: Bool)?
    }

    /// - Parameter weights: of each row of the features; rows of weight 0 are left out.
    init(_ features: FeatureMatrix, labels: [UInt8], weights: [Double], settings: GrowthSettings, seed: UInt64) {
        self.features = features
        self.labels = labels
        self.weights = weights
        self.settings = settings
        generator = SplitMix64(seed: seed, stream: 1)
        rows = weights.indices.filter { weights[$0] > 0 }.map { Int32(truncatingIfNeeded: $0) }
    }

    mutating func grow() -> DecisionTree {
        var open = [Part(range: 0..<rows.count, depth: 0, parent: nil)]
        while let part = open.popLast() {
            let total = sums(part.range)
            let mayBeSplit =
                (settings.maxDepth == 0 || part.depth < settings.maxDepth) && total.count >= 2 * settings.minRowsPerLeaf
                && total.frauds > 0 && total.frauds < total.weight
            let split = mayBeSplit ? best(part.range, total) : nil
            link(part.parent, to: split == nil ? ~Int32(leaves.count) : Int32(nodes.count))
            guard let split else {
                leaves.append(DecisionTree.Leaf(value: total.share, weight: total.weight, count: total.count))
                continue
            }
            let middle = divide(part.range, by: split)
            open.append(
                Part(range: middle..<part.range.upperBound, depth: part.depth + 1, parent: (nodes.count, false)))
            open.append(Part(range: part.range.lowerBound..<middle, depth: part.depth + 1, parent: (nodes.count, true)))
            nodes.append(
                DecisionTree.Node(
                    feature: Int32(split.feature), threshold: split.threshold, defaultLeft: split.missingGoesLeft,
                    left: 0, right: 0, gain: split.gain, value: total.share, weight: total.weight, count: total.count))
        }
        return DecisionTree(nodes: nodes, leaves: leaves)
    }

    private mutating func link(_ parent: (node: Int, isLeft: Bool)?, to child: Int32) {
        guard let parent else { return }
        if parent.isLeft { nodes[parent.node].left = child } else { nodes[parent.node].right = child }
    }

    private func sums(_ range: Range<Int>) -> Sums {
        var sums = Sums()
        for position in range {
            let row = Int(rows[position])
            sums.add(weights[row], labels[row])
        }
        return sums
    }

    /// As in scikit-learn, further features are drawn only while none of those drawn varies; a node for which the drawn
    /// thresholds leave too few rows on a side becomes a leaf.
    private mutating func best(_ range: Range<Int>, _ total: Sums) -> Split? {
        var candidates = Array(0..<features.featureCount)
        var best: Split?
        var drawn = 0, varying = 0
        while !candidates.isEmpty, varying == 0 || drawn < settings.featuresPerNode ?? .max {
            let position = generator.index(below: candidates.count)
            let feature = candidates[position]
            candidates.swapAt(position, candidates.count - 1)
            candidates.removeLast()
            drawn += 1
            guard let threshold = threshold(feature, range) else { continue }
            varying += 1
            guard let split = split(feature, threshold, range, total) else { continue }
            if best.map({ split.gain > $0.gain }) ?? true { best = split }
        }
        return best
    }

    private mutating func threshold(_ feature: Int, _ range: Range<Int>) -> Float? {
        var least = Float.infinity, greatest = -Float.infinity
        features.columns[feature].withUnsafeBufferPointer { column in
            for position in range {
                let value = column[Int(rows[position])]
                guard value.isFinite else { continue }
                least = min(least, value)
                greatest = max(greatest, value)
            }
        }
        guard least < greatest else { return nil }
        let share = Double(generator.next() >> 11) * 0x1p-53
        let drawn = DecisionTree.roundedDown(Double(least) + share * (Double(greatest) - Double(least)))
        // Both sides get a row.
        return min(max(drawn, least), greatest.nextDown)
    }

    private func split(_ feature: Int, _ threshold: Float, _ range: Range<Int>, _ total: Sums) -> Split? {
        var low = Sums(), missing = Sums()
        features.columns[feature].withUnsafeBufferPointer { column in
            for position in range {
                let row = Int(rows[position])
                if column[row] <= threshold {
                    low.add(weights[row], labels[row])
                } else if column[row].isNaN {
                    missing.add(weights[row], labels[row])
                }
            }
        }
        var result: Split?
        for missingGoesLeft in missing.count > 0 ? [false, true] : [2 * low.count >= total.count] {
            let left = missingGoesLeft ? low + missing : low
            let right = total - left
            guard min(left.count, right.count) >= settings.minRowsPerLeaf else { continue }
            let gain = max(0, left.score + right.score - total.score) / 2
            guard gain >= settings.minSplitGain, result.map({ gain > $0.gain }) ?? true else { continue }
            result = Split(feature: feature, threshold: threshold, missingGoesLeft: missingGoesLeft, gain: gain)
        }
        return result
    }

    /// Puts the rows of the left side first, in their order; returns where the right side begins.
    private mutating func divide(_ range: Range<Int>, by split: Split) -> Int {
        let column = features.columns[split.feature]
        var right: [Int32] = []
        var middle = range.lowerBound
        for position in range {
            let row = rows[position], value = column[Int(row)]
            if value <= split.threshold || (value.isNaN && split.missingGoesLeft) {
                rows[middle] = row
                middle += 1
            } else {
                right.append(row)
            }
        }
        rows.replaceSubrange(middle..<range.upperBound, with: right)
        return middle
    }
}
