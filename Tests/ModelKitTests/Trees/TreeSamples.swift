import Foundation
import ModelKit
import TestSupport

/// Rows with a known law, in memory and as files that Python reads.
struct TreeSamples {
    var features: FeatureMatrix
    var labels: [UInt8]
    var weights: [Float]?

    /// Normal, coarse, binary and constant features; the label depends on the first four and their interaction.
    init(rows: Int, seed: UInt64, missing: Double = 0, positiveShift: Double = -1.5) throws {
        var generator = SeededGenerator(seed: seed)
        var columns = [[Float]](repeating: [], count: 7)
        var labels: [UInt8] = []
        for _ in 0..<rows {
            let normal = (0..<3).map { _ in Self.normal(&generator) }
            let coarse = Double(Int.random(in: 0..<12, using: &generator))
            let binary = Double.random(in: 0..<1, using: &generator) < 0.3 ? 1.0 : 0.0
            let noise = Double.random(in: 0..<1, using: &generator)
            let logit = positiveShift + 1.5 * normal[0] - normal[1] * normal[2] + 0.3 * (coarse - 6) * binary
            var row = [normal[0], normal[1], normal[2], coarse, binary, noise, 3]
            for index in 0..<6 where Double.random(in: 0..<1, using: &generator) < missing { row[index] = .nan }
            for index in row.indices { columns[index].append(Float(row[index])) }
            labels.append(Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-logit)) ? 1 : 0)
        }
        features = try FeatureMatrix(
            names: ["a", "b", "c", "coarse", "binary", "noise", "constant"], columns: columns)
        self.labels = labels
    }

    init(_ columns: [[Float]], labels: [UInt8], weights: [Float]? = nil) throws {
        features = try FeatureMatrix(names: columns.indices.map { "f\($0)" }, columns: columns)
        self.labels = labels
        self.weights = weights
    }

    static func normal(_ generator: inout SeededGenerator) -> Double {
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }

    /// Writes `x.f32` (column by column), `y.u8` and `w.f32`; ``pythonLoad`` reads them.
    func write(to folder: TemporaryFolder, as name: String = "") throws {
        try Data(features.columns.flatMap { $0 }.flatMap { withUnsafeBytes(of: $0, Array.init) })
            .write(to: folder.url.appending(path: name + "x.f32"))
        try Data(labels).write(to: folder.url.appending(path: name + "y.u8"))
        try Data(
            (weights ?? [Float](repeating: 1, count: labels.count)).flatMap { withUnsafeBytes(of: $0, Array.init) }
        )
        .write(to: folder.url.appending(path: name + "w.f32"))
    }

    /// Python that defines `load(name)` giving features, labels and weights of the folder in the first argument.
    static let pythonLoad = """
        import sys, json, numpy as np
        folder = sys.argv[1]
        def load(name=''):
            y = np.fromfile(f'{folder}/{name}y.u8', np.uint8)
            x = np.fromfile(f'{folder}/{name}x.f32', np.float32).reshape(-1, len(y)).T
            return np.ascontiguousarray(x), y, np.fromfile(f'{folder}/{name}w.f32', np.float32)

        """

    func rows(_ range: Range<Int>) -> TreeSamples {
        var result = self
        result.features = features.slice(range)
        result.labels = Array(labels[range])
        result.weights = weights.map { Array($0[range]) }
        return result
    }
}

extension TreeEnsemble {
    /// The first tree in a form to be compared with what Python computed.
    func nodesOfTree(_ index: Int) -> [DecisionTree.Node] { trees[index].nodes }
}
