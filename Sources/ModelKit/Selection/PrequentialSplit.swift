/// The *Fraud Detection Handbook*'s split of transactions by days (chapter 5, "Validation strategies"): learn from some
/// days, wait until their frauds are known, judge by the following days.
///
/// A transaction is left out of the judgement when its customer is known to be compromised: had a fraud on one of the
/// training days or since, up to `delayDays` days (and one) before the transaction's.
public struct PrequentialSplit: Sendable, Hashable, Codable {
    /// Days to learn from.
    public var trainDays: Int32
    /// Days after which a fraud is known.
    public var delayDays: Int32
    /// Days to judge by.
    public var testDays: Int32

    /// A split; the defaults are the book's weeks.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a negative delay, or no days to learn from or to judge by.
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
    ///   - firstDay: the first day to learn from.
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

    /// The first training days of several folds, each judged by the days before the next one's: the last fold starts at
    /// `lastFirstDay`, each other one `testDays` earlier than the one after it.
    public func firstDays(of foldCount: Int, endingWith lastFirstDay: Int32) -> [Int32] {
        (0..<max(0, foldCount)).reversed().map { lastFirstDay - Int32($0) * testDays }
    }
}
