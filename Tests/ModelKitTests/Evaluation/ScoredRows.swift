import Foundation
import TestSupport

/// Random scores and labels, and their way to the oracle.
struct ScoredRows: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// Nearly all scores differ.
        case distinct
        /// A few dozen values, shared by rows of both classes.
        case tied
        /// Frauds above all others.
        case separated
        /// All scores alike.
        case constant
        /// Probabilities down to 0 and up to 1, the worst mistakes among them.
        case extreme
    }

    var scores: [Double] = []
    /// A second model's scores, correlated with the first's.
    var others: [Double] = []
    var labels: [UInt8] = []
    var weights: [Float] = []

    init(_ kind: Kind, count: Int, positiveShare: Double = 0.1, seed: UInt64 = 1) {
        var generator = SeededGenerator(seed: seed)
        for row in 0..<count {
            let label: UInt8 =
                row < 2 ? 1 : row < 4 ? 0 : Double.random(in: 0..<1, using: &generator) < positiveShare ? 1 : 0
            let noise = Double.random(in: 0..<1, using: &generator), other = Double.random(in: 0..<1, using: &generator)
            var score = pow(noise, label == 1 ? 0.5 : 2)
            var second = 0.5 * score + 0.5 * pow(other, label == 1 ? 0.7 : 1.5)
            switch kind {
            case .distinct: break
            case .tied: (score, second) = ((score * 32).rounded() / 32, (second * 16).rounded() / 16)
            case .separated: score = Double(label) * 0.5 + score * 0.4
            case .constant: score = 0.25
            case .extreme: score = [0, 1, 1e-300, 1e-20, 1 - 1e-16, 0.5][Int(noise * 6)]
            }
            scores.append(score)
            others.append(second)
            labels.append(label)
            weights.append(row % 11 == 5 ? 0 : Float.random(in: 0.1..<3, using: &generator))
        }
    }

    /// Runs a program that finds numpy as `np` and the rows as `s`, `o`, `y` and `w`, and prints one JSON value.
    func ask<Response: Decodable>(_ type: Response.Type, _ program: String, _ arguments: [String] = []) throws
        -> Response
    {
        let folder = try TemporaryFolder()
        try write(scores, folder, "s")
        try write(others, folder, "o")
        try write(labels, folder, "y")
        try write(weights, folder, "w")
        let opening = """
            import json, sys
            import numpy as np
            folder = sys.argv[1]
            s, o = np.fromfile(folder + "/s", "<f8"), np.fromfile(folder + "/o", "<f8")
            y, w = np.fromfile(folder + "/y", "u1").astype(int), np.fromfile(folder + "/w", "<f4").astype(float)

            """
        let path = folder.url.path(percentEncoded: false)
        return try Oracle.json(type, opening + program, [path] + arguments)
    }

    private func write<Value>(_ values: [Value], _ folder: TemporaryFolder, _ name: String) throws {
        try values.withUnsafeBytes { try Data($0).write(to: folder.url.appending(path: name)) }
    }
}

/// Whether two numbers agree to `tolerance`, relatively where they are larger than 1.
func agree(_ first: Double, _ second: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(first - second) <= tolerance * max(1, abs(second))
}
