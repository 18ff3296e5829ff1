import Foundation

/// Rows for training and testing classifiers, in memory and as files that peers read: `train.x` and `test.x` hold features as
/// 32-bit numbers column by column, `train.y` and `test.y` labels as bytes.
public struct TabularData: Sendable {
    /// Rows for training or for testing.
    public struct Part: Sendable {
        /// Features, one array each.
        public let columns: [[Float]]
        /// 0 or 1 for each row.
        public let labels: [UInt8]
    }

    /// Rows to train on.
    public let train: Part
    /// Rows to test on.
    public let test: Part
    /// The folder of the files.
    public let folder: URL

    /// Python that defines `load(part)` giving features and labels; the folder is its first argument.
    public static let pythonLoad = """
        import sys, time, numpy as np
        def load(part):
            y = np.fromfile(f'{sys.argv[1]}/{part}.y', np.uint8)
            x = np.fromfile(f'{sys.argv[1]}/{part}.x', np.float32).reshape(-1, len(y)).T
            return np.ascontiguousarray(x), y

        """

    /// The Fraud Detection Handbook's shape from a Parquet file (all columns but `tx_fraud` and `tx_time_days` are features; trained on
    /// days below 146), or, without a file, 1.4 million and 350 thousand rows of 15 generated features, about 0.8 % positive.
    public init(parquet: String?) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "antifraud-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try Peer(Self.preparation).run([folder.path] + (parquet.map { [$0] } ?? []))
        train = try Self.read("train", folder)
        test = try Self.read("test", folder)
    }

    /// Deletes the files.
    public func remove() { try? FileManager.default.removeItem(at: folder) }

    private static func read(_ part: String, _ folder: URL) throws -> Part {
        let labels = [UInt8](try Data(contentsOf: folder.appending(path: "\(part).y")))
        let bytes = try Data(contentsOf: folder.appending(path: "\(part).x"))
        let columns = bytes.withUnsafeBytes { bytes in
            let values = bytes.bindMemory(to: Float.self)
            return (0..<(values.count / labels.count)).map {
                Array(values[($0 * labels.count)..<(($0 + 1) * labels.count)])
            }
        }
        return Part(columns: columns, labels: labels)
    }

    private static let preparation = """
        import sys, numpy as np
        folder = sys.argv[1]
        if len(sys.argv) > 2:
            import pandas as pd
            table = pd.read_parquet(sys.argv[2])
            y = table.pop('tx_fraud').to_numpy(np.uint8); is_train = table.pop('tx_time_days').to_numpy() < 146
            x = table.to_numpy(np.float32)
        else:
            rng = np.random.default_rng(0); n = 1_750_000
            x = np.empty((n, 15), np.float32)
            x[:, 0] = rng.exponential(60, n).round(2)
            for j, k in enumerate((2, 2, 12, 16, 30, 60, 120)): x[:, 1 + j] = rng.integers(0, k, n)
            for j in range(8, 15): x[:, j] = rng.normal(size=n)
            risk = np.where(rng.random(n) < 0.97, 0, rng.random(n)); x[:, 8] = risk.round(2)
            logit = -7 + 0.012 * x[:, 0] + 9 * risk + 0.8 * x[:, 9] * x[:, 10] + 0.02 * x[:, 6] * x[:, 1] + 0.5 * x[:, 11]
            y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(np.uint8)
            is_train = np.arange(n) < 1_400_000
        for part, rows in (('train', is_train), ('test', ~is_train)):
            np.ascontiguousarray(x[rows].T).tofile(f'{folder}/{part}.x'); y[rows].tofile(f'{folder}/{part}.y')
        """
}
