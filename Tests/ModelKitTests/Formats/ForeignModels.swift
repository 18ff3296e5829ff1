import Columnar
import Foundation
import ModelKit
import TestSupport

/// Models that a Python program trained, and what it predicts for rows that are hard to decide.
struct ForeignModels {
    struct Case: Decodable {
        /// The model's file in the folder.
        let file: String
        /// What the program predicts: probabilities and, where it has them, log-odds.
        let probabilities: [Double]
        let margins: [Double]?
    }

    let folder: TemporaryFolder
    let cases: [Case]

    /// Training data and `hard(x, tests)`: rows of which one value each is a threshold, one next to it (in `step`'s
    /// type), a category or one next to it, zero, missing, or out of any range. `emit(name, rows, probabilities,
    /// margins)` adds a case.
    private static let prologue = """
        import sys, json, numpy as np, os
        folder = sys.argv[1]
        r = np.random.default_rng(7)
        def data(rows=3000, categories=(4, 40, 300), missing=.1, zero=0):
            x = np.column_stack([r.normal(size=rows), r.integers(0, 50, rows) / 10] +
                                [np.floor(c * r.random(rows) ** 2) for c in categories])
            effect = [r.normal(size=c) for c in categories]
            logit = x[:, 0] - np.abs(x[:, 1] - 2) + sum(e[x[:, 2 + i].astype(int)] for i, e in enumerate(effect))
            y = (r.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
            x[r.random(x.shape) < missing] = np.nan
            x[r.random(x.shape) < zero] = 0
            return x, y
        def hard(x, tests, step=np.float64):
            def near(v):
                v = step(v)
                return [v, np.nextafter(v, step(np.inf)), np.nextafter(v, step(-np.inf))]
            rows = [x[:200]]
            for feature in range(x.shape[1]):
                values = sorted({float(v) for t in tests.get(feature, []) for v in near(t)})
                values += [np.nan, 0., -0., -.5, -1., .5, 1.999, 3.7, 1e5, 16777215., 16777216., 2147483647., 2147483648.,
                           1e12, -1e12, 1e-35, -1e-35, 1e-36, -1e-36, 1.0000000180025095e-35, 1.1e-35, -1.1e-35,
                           -1.0000000180025095e-35, -1.0000000180025098e-35]
                values += [float(i) for i in range(400)]
                block = x[np.arange(len(values)) % len(x)].copy()
                block[:, feature] = values
                rows.append(block)
            return np.concatenate(rows).astype(step).astype(float)
        cases = []
        def emit(file, rows, probabilities, margins=None):
            rows.astype(np.float64).T.tofile(f'{folder}/{file}.f64')
            cases.append(dict(file=file, probabilities=[float(p) for p in probabilities],
                              margins=None if margins is None else [float(m) for m in margins]))

        """

    init(python: String, interpreter: String = Oracle.python) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        cases = try Oracle.json(
            [Case].self, Self.prologue + python + "\nprint(json.dumps(cases))\n", [folder.path("")],
            interpreter: interpreter)
    }

    func bytes(_ example: Case) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.url.appending(path: example.file)))
    }

    /// The hard rows, with the names of a model's features.
    func rows(_ example: Case, names: [String]) throws -> FeatureMatrix {
        let data = try Data(contentsOf: folder.url.appending(path: example.file + ".f64"))
        let values = data.withUnsafeBytes { bytes in
            (0..<(bytes.count / 8)).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
        let rowCount = values.count / names.count
        let columns = names.indices.map { Array(values[$0 * rowCount..<($0 + 1) * rowCount]) }
        return try FeatureMatrix(
            RecordBatch(zip(names, columns).map { ($0, .float64($1)) }), features: names)
    }
}

extension FeatureMatrix {
    /// A row's values in 64 bits.
    func doubles(row: Int) -> [Double] {
        columns.indices.map { doubles[$0]?[row] ?? Double(columns[$0][row]) }
    }
}
