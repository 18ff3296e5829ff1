import Essentials

/// A split of rows into training and test.
public struct RowSplit: Sendable, Hashable {
    /// Positions of the training rows, ascending.
    public let train: [Int]
    /// Positions of the test rows, ascending; disjoint from the training rows.
    public let test: [Int]

    init(train: [Int], test: [Int]) {
        self.train = train
        self.test = test
    }

    /// Draws rows at random: the same for the same number of rows, share and seed.
    /// - Parameters:
    ///   - trainShare: the share of training rows, rounded to whole rows; each side gets at least one row.
    ///   - labels: if given, each class is split separately, so that both sides have the same share of frauds.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a share not between 0 and 1, ``ModelError/shapeMismatch(_:)`` for a
    ///   wrong number of labels, ``ModelError/unusableData(_:)`` for fewer than two rows.
    public static func random(
        rowCount: Int, trainShare: Double, seed: UInt64, stratifiedBy labels: [UInt8]? = nil
    ) throws(ModelError) -> RowSplit {
        try validate(rowCount: rowCount, trainShare: trainShare)
        var generator = SplitMix64(seed: seed)
        var isTrain = [Bool](repeating: false, count: rowCount)
        func draw(_ rows: [Int]) {
            var rows = rows
            generator.shuffle(&rows)
            for row in rows.prefix(trainCount(of: rows.count, trainShare)) { isTrain[row] = true }
        }
        if let labels {
            guard labels.count == rowCount else { throw .shapeMismatch("\(labels.count) labels for \(rowCount) rows") }
            try EvaluationInput.validateLabels(labels)
            for label: UInt8 in [0, 1] { draw((0..<rowCount).filter { labels[$0] == label }) }
        } else {
            draw(Array(0..<rowCount))
        }
        return RowSplit(
            train: (0..<rowCount).filter { isTrain[$0] }, test: (0..<rowCount).filter { !isTrain[$0] })
    }

    /// Trains on the past and tests on the future: rows before some time against the others. Rows of equal time stay
    /// together, on the later side.
    /// - Parameters:
    ///   - times: a time or day of each row, in any unit and order.
    ///   - trainShare: about the share of training rows.
    /// - Throws: as ``random(rowCount:trainShare:seed:stratifiedBy:)``, and ``ModelError/unusableData(_:)`` when rows
    ///   of equal time leave no training rows.
    public static func timeOrdered(times: [Int64], trainShare: Double) throws(ModelError) -> RowSplit {
        try validate(rowCount: times.count, trainShare: trainShare)
        let firstTestTime = times.sorted()[trainCount(of: times.count, trainShare)]
        return try before(firstTestTime, times: times)
    }

    /// Rows before a time for training, the others for the test.
    /// - Throws: ``ModelError/unusableData(_:)`` when either side has no rows.
    public static func before(_ firstTestTime: Int64, times: [Int64]) throws(ModelError) -> RowSplit {
        let split = RowSplit(
            train: times.indices.filter { times[$0] < firstTestTime },
            test: times.indices.filter { times[$0] >= firstTestTime })
        guard !split.train.isEmpty, !split.test.isEmpty else {
            throw .unusableData("no row lies \(split.train.isEmpty ? "before" : "at or after") time \(firstTestTime)")
        }
        return split
    }

    private static func validate(rowCount: Int, trainShare: Double) throws(ModelError) {
        guard trainShare > 0, trainShare < 1 else {
            throw .invalidSetting("trainShare is \(trainShare); it must be between 0 and 1")
        }
        guard rowCount >= 2 else { throw .unusableData("\(rowCount) rows cannot be split") }
    }

    private static func trainCount(of rowCount: Int, _ share: Double) -> Int {
        rowCount < 2 ? rowCount : min(max(1, Int((Double(rowCount) * share).rounded())), rowCount - 1)
    }
}
