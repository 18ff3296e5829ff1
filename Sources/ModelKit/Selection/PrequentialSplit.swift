/// The *Fraud Detection Handbook*'s split of transactions by days (chapter 5, "Validation strategies"): train on some
/// days, wait until their frauds are known, test on the following days.
///
/// A transaction is left out of the test when its customer is known to be compromised: the customer had a fraud on one
/// of the training days or later, but at least `delayDays` + 1 days before the transaction.
public struct PrequentialSplit: Sendable, Hashable, Codable {
    /// Days of training.
    public var trainDays: Int32
    /// Days after which a fraud is known.
    public var delayDays: Int32
    /// Days of the test.
    public var testDays: Int32

    /// A split; the defaults are the book's weeks.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a negative delay, or no days of training or test.
    public init(trainDays: Int32 = 7, delayDays: Int32 = 7, testDays: Int32 = 7) throws(ModelError) {
        for (name, value, least) in [
            ("trainDays", trainDays, 1), ("delayDays", delayDays, 0), ("testDays", testDays, 1),
        ]
        where value < least {
            throw .invalidSetting("\(name) is \(value); it must be at least \(least)")
        }
        self.trainDays = trainDays
        self.delayDays = delayDays
        self.testDays = testDays
    }

    /// The rows of one fold.
    /// - Parameters:
    ///   - firstDay: the first day of training.
    ///   - days: the day of each row, in any order.
    ///   - customers: the customer of each row.
    ///   - labels: 1 for a fraud.
    /// - Throws: ``ModelError/shapeMismatch(_:)``; ``ModelError/unusableData(_:)`` when either side has no rows.
    public func split(
        from firstDay: Int32, days: [Int32], customers: [Int64], labels: [UInt8]
    ) throws(ModelError) -> RowSplit {
        guard days.count == customers.count, days.count == labels.count else {
            throw .shapeMismatch("\(days.count) days, \(customers.count) customers, \(labels.count) labels")
        }
        let start = Int(firstDay)
        let trainRange = start..<start + Int(trainDays)
        let testRange = trainRange.upperBound + Int(delayDays)..<trainRange.upperBound + Int(delayDays) + Int(testDays)
        var firstFraudDay: [Int64: Int] = [:]
        for row in days.indices where labels[row] == 1 && Int(days[row]) >= start {
            firstFraudDay[customers[row]] = min(firstFraudDay[customers[row]] ?? .max, Int(days[row]))
        }
        let train = days.indices.filter { trainRange.contains(Int(days[$0])) }
        let test = days.indices.filter { row in
            guard testRange.contains(Int(days[row])) else { return false }
            guard let fraudDay = firstFraudDay[customers[row]] else { return true }
            return fraudDay >= Int(days[row]) - Int(delayDays)
        }
        guard !train.isEmpty, !test.isEmpty else {
            let missing = train.isEmpty ? trainRange : testRange
            throw .unusableData("no transaction to use on days \(missing.lowerBound) to \(missing.upperBound - 1)")
        }
        return RowSplit(train: train, test: test)
    }

    /// The first training days of several folds, each tested on the days before the next one's: the last fold starts at
    /// `lastFirstDay`, each other one `testDays` earlier than the one after it.
    public func firstDays(of foldCount: Int, endingWith lastFirstDay: Int32) -> [Int32] {
        (0..<max(0, foldCount)).reversed().map { lastFirstDay - Int32($0) * testDays }
    }
}
