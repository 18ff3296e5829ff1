import Foundation
import ModelKit

/// Shapley values by their definition: a sum over all sets of features.
enum BruteForceShapley {
    /// - Parameter value: of the set of features whose bits are 1.
    static func values(featureCount: Int, value: (UInt) -> Double) -> [Double] {
        let all = (0..<(UInt(1) << featureCount)).map(value)
        func factorial(_ number: Int) -> Double { (1...max(1, number)).reduce(1) { $0 * Double($1) } }
        return (0..<featureCount).map { feature in
            let bit = UInt(1) << feature
            return all.indices.filter { UInt($0) & bit == 0 }.reduce(0) { sum, set in
                let size = set.nonzeroBitCount
                let weight = factorial(size) * factorial(featureCount - size - 1) / factorial(featureCount)
                return sum + weight * (all[set | Int(bit)] - all[set])
            }
        }
    }

    /// The mean, over the background, of the log-odds or probability for a row whose features in the set are `row`'s.
    static func interventional(
        _ row: [Float], background: [[Float]], score: ([Float]) -> Double
    ) -> [Double] {
        values(featureCount: row.count) { set in
            background.reduce(0) { sum, other in
                sum + score(row.indices.map { set >> UInt($0) & 1 == 1 ? row[$0] : other[$0] })
            } / Double(background.count)
        }
    }

    /// The value of trees where nodes on other features than the set's give the mean of both sides by cover.
    static func treePath(
        _ row: [Float], trees: [DecisionTree], scale: Double, cover: (DecisionTree, Int32) -> Double
    ) -> [Double] {
        func value(_ tree: DecisionTree, _ child: Int32, _ set: UInt) -> Double {
            guard child >= 0 else { return tree.leaves[Int(~child)].value }
            let node = tree.nodes[Int(child)]
            if set >> UInt(node.feature) & 1 == 1 {
                let own = row[Int(node.feature)]
                let goesLeft = own.isNaN ? node.defaultLeft : Double(own) <= node.exactThreshold
                return value(tree, goesLeft ? node.left : node.right, set)
            }
            let left = cover(tree, node.left), right = cover(tree, node.right)
            return (left * value(tree, node.left, set) + right * value(tree, node.right, set)) / (left + right)
        }
        return values(featureCount: row.count) { set in
            trees.reduce(0) { $0 + value($1, $1.nodes.isEmpty ? ~0 : 0, set) } * scale
        }
    }
}

extension FeatureMatrix {
    func row(_ index: Int) -> [Float] { columns.map { $0[index] } }
}
