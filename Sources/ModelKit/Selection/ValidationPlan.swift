import Essentials

/// How rows are divided, several times, into rows to train on and rows to measure on.
public enum ValidationPlan: Sendable, Hashable, Codable {
    /// As many parts as `folds`; each is the test of the others. Parts are consecutive rows, or drawn with a seed.
    case kFold(folds: Int, seed: UInt64? = nil)
    /// The same for each class separately, so that all parts have the same share of frauds.
    case stratified(folds: Int, seed: UInt64? = nil)
    /// Parts of whole keys, ``EvaluationRows/keys``, with about equally many rows: no key is trained and tested on. Keys of equally
    /// many rows are taken in the order of the rows, or drawn with a seed.
    case grouped(folds: Int, seed: UInt64? = nil)
    /// Training days, a delay, test days, several times one after the other up to the last day: see ``PrequentialSplit``. Needs
    /// ``EvaluationRows/days``, and keys as customers.
    case prequential(folds: Int, PrequentialSplit)

    /// The divisions of some rows. Without a seed, those of `kFold` and `stratified` are scikit-learn's `KFold` and
    /// `StratifiedKFold`.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for fewer than two folds (`prequential`: one), and for keys or days that are
    ///   needed but not given; ``ModelError/unusableData(_:)`` for fewer rows, rows of a class, or keys than folds, and for
    ///   training or test days without rows.
    public func splits(of rows: EvaluationRows) throws(ModelError) -> [RowSplit] {
        switch self {
        case .kFold(let folds, let seed):
            let sizes = try Self.sizes(of: rows.count, folds, "rows")
            var order = Array(0..<rows.count)
            if let seed {
                var generator = SplitMix64(seed: seed)
                generator.shuffle(&order)
            }
            var foldOfRow = [Int](repeating: 0, count: rows.count)
            for (fold, members) in zip(0..., Self.parts(order, sizes)) { for row in members { foldOfRow[row] = fold } }
            return Self.splits(foldOfRow, folds)
        case .stratified(let folds, let seed):
            return Self.splits(try Self.stratified(rows.labels, folds, seed), folds)
        case .grouped(let folds, let seed):
            guard let keys = rows.keys else { throw .invalidSetting("validation by groups needs the keys of the rows") }
            return Self.splits(try Self.grouped(keys, folds, seed), folds)
        case .prequential(let folds, let split):
            return try Self.prequential(rows, folds, split)
        }
    }

    /// Trains and measures once for each division.
    /// - Parameters:
    ///   - metric: computed from the test rows' probabilities and labels; ROC AUC by default.
    ///   - train: trains a model on some rows.
    /// - Returns: the metric of each division.
    /// - Throws: as ``splits(of:)``; what `train` or `metric` throws; `CancellationError` when the task is cancelled.
    public func scores(
        _ features: FeatureMatrix, rows: EvaluationRows, threads: Int = 1,
        metric: @Sendable (_ probabilities: [Double], _ labels: [UInt8]) throws -> Double = {
            try Metrics.rocAUC(scores: $0, labels: $1)
        },
        train: (_ features: FeatureMatrix, _ labels: [UInt8]) async throws -> any BinaryClassifier
    ) async throws -> [Double] {
        guard features.rowCount == rows.count else {
            throw ModelError.shapeMismatch("\(features.rowCount) rows of features for \(rows.count) labels")
        }
        var scores: [Double] = []
        for split in try splits(of: rows) {
            try Task.checkCancellation()
            let model = try await train(features.take(split.train), split.train.map { rows.labels[$0] })
            let probabilities = try await model.probabilities(features.take(split.test), threads: threads)
            scores.append(try metric(probabilities, split.test.map { rows.labels[$0] }))
        }
        return scores
    }
}

extension ValidationPlan {
    /// The sizes of parts, the first ones one larger where they cannot be equal.
    private static func sizes(of count: Int, _ folds: Int, _ what: String) throws(ModelError) -> [Int] {
        try SettingRange.require("folds", folds, atLeast: 2)
        guard count >= folds else { throw .unusableData("\(count) \(what) for \(folds) folds") }
        return (0..<folds).map { count / folds + ($0 < count % folds ? 1 : 0) }
    }

    private static func parts(_ order: [Int], _ sizes: [Int]) -> [ArraySlice<Int>] {
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return order[start..<start + size]
        }
    }

    private static func splits(_ foldOfRow: [Int], _ folds: Int) -> [RowSplit] {
        (0..<folds).map { fold in
            RowSplit(
                train: foldOfRow.indices.filter { foldOfRow[$0] != fold },
                test: foldOfRow.indices.filter { foldOfRow[$0] == fold })
        }
    }

    /// Classes are dealt out to the folds like cards, one class after the other; each class's rows fill its shares in
    /// their order.
    private static func stratified(_ labels: [UInt8], _ folds: Int, _ seed: UInt64?) throws(ModelError) -> [Int] {
        try SettingRange.require("folds", folds, atLeast: 2)
        var generator = seed.map { SplitMix64(seed: $0) }
        var foldOfRow = [Int](repeating: 0, count: labels.count)
        var dealt = 0
        // The class of the first row is the first.
        for label in [labels[0], 1 - labels[0]] {
            var members = labels.indices.filter { labels[$0] == label }
            guard members.count >= folds else {
                throw .unusableData("\(members.count) rows of the label \(label) for \(folds) folds")
            }
            generator?.shuffle(&members)
            var sizes = [Int](repeating: members.count / folds, count: folds)
            for card in 0..<members.count % folds { sizes[(dealt + card) % folds] += 1 }
            dealt += members.count
            for (fold, part) in zip(0..., parts(members, sizes)) { for row in part { foldOfRow[row] = fold } }
        }
        return foldOfRow
    }

    /// The largest groups first, each to the fold with the fewest rows.
    private static func grouped(_ keys: [Int64], _ folds: Int, _ seed: UInt64?) throws(ModelError) -> [Int] {
        var counts: [Int64: Int] = [:]
        var order: [Int64] = []
        for key in keys {
            if counts[key] == nil { order.append(key) }
            counts[key, default: 0] += 1
        }
        _ = try sizes(of: order.count, folds, "keys")
        if let seed {
            var generator = SplitMix64(seed: seed)
            generator.shuffle(&order)
        }
        let ranked = order.enumerated().sorted { first, second in
            let (left, right) = (counts[first.element] ?? 0, counts[second.element] ?? 0)
            return left != right ? left > right : first.offset < second.offset
        }
        var rows = [Int](repeating: 0, count: folds)
        var foldOfKey: [Int64: Int] = [:]
        for (_, key) in ranked {
            let lightest = rows.indices.min { rows[$0] < rows[$1] } ?? 0
            foldOfKey[key] = lightest
            rows[lightest] += counts[key] ?? 0
        }
        return keys.map { foldOfKey[$0] ?? 0 }
    }

    private static func prequential(
        _ rows: EvaluationRows, _ folds: Int, _ split: PrequentialSplit
    ) throws(ModelError) -> [RowSplit] {
        try SettingRange.require("folds", folds, atLeast: 1, atMost: 1 << 16)
        let days = try rows.requireDays(for: "prequential validation")
        guard let customers = rows.keys else {
            throw .invalidSetting("prequential validation needs the keys of the rows")
        }
        let length = Int(split.trainDays) + Int(split.delayDays) + Int(split.testDays)
        let lastFirstDay = Int(days.max() ?? 0) - length + 1
        let firstDay = lastFirstDay - (folds - 1) * Int(split.testDays)
        guard firstDay >= Int(Int32.min) else { throw .unusableData("the days of \(folds) folds are out of range") }
        var result: [RowSplit] = []
        for day in split.firstDays(of: folds, endingWith: Int32(lastFirstDay)) {
            result.append(try split.split(from: day, days: days, customers: customers, labels: rows.labels))
        }
        return result
    }
}
