package import Columnar
package import Features
package import ModelKit

/// The evaluation of the *Fraud Detection Handbook*'s chapter 3 ("Baseline fraud detection system"): a week for
/// training, a week until its frauds are known, and a week for the test, without the customers known to be compromised.
///
/// It shows whether features, split, learners and metrics together give the book's results.
package struct HandbookProtocol: Sendable {
    /// The first day of training; the book's is 2018-07-25.
    package var firstDay: CivilDateTime
    /// The number of cards that can be checked in a day.
    package var cards: Int

    package init(firstDay: CivilDateTime = CivilDateTime(year: 2018, month: 7, day: 25), cards: Int = 100) {
        self.firstDay = firstDay
        self.cards = cards
    }

    /// Days of history that the windows take, a week of delay among them.
    private static let historyDays = 37
    /// Days from the first of training to the last of the test: three weeks.
    private static let protocolDays = 21

    /// The first day of training for any transactions: 115 days after their first day, as in the book, or as late as
    /// shorter data allow; nil where they are too short for the windows and weeks (58 days).
    package static func firstDay(of transactions: TransactionColumns) -> CivilDateTime? {
        guard let first = transactions.dateTime.min(), let last = transactions.dateTime.max() else { return nil }
        let day = CivilDateTime.microsecondsPerDay
        let start = CivilDateTime.floorDivide(first, day), end = CivilDateTime.floorDivide(last, day)
        let latest = end - Int64(protocolDays) + 1
        guard latest >= start + Int64(historyDays) else { return nil }
        return CivilDateTime(microsecondsSince1970: min(start + 115, latest) * day)
    }

    /// Rows for training and test, with their features.
    package struct Fold: Sendable {
        package let train: FeatureMatrix
        package let trainLabels: [UInt8]
        package let test: FeatureMatrix
        package let testLabels: [UInt8]
        let testCustomers: [Int64]
        let testDays: [Int32]
    }

    /// Splits labelled transactions that begin long enough before ``firstDay`` to fill the windows (37 days).
    /// - Throws: `TransactionError` for unusable labels, `ModelError` when either week has no rows.
    package func fold(_ transactions: TransactionColumns, threads: Int) throws -> Fold {
        let pipeline = FeaturePipeline()
        let labels = try transactions.labels()
        let days = transactions.dateTime.map {
            Int32(truncatingIfNeeded: CivilDateTime.floorDivide($0, CivilDateTime.microsecondsPerDay))
        }
        let first = CivilDateTime.day(ofYear: firstDay.year, month: firstDay.month, day: firstDay.day)
        let split = try PrequentialSplit(trainDays: 7, delayDays: 7, testDays: 7).split(
            from: Int32(truncatingIfNeeded: first), days: days, customers: transactions.customerID, labels: labels)
        let features = try FeatureMatrix(
            names: pipeline.names, columns: pipeline.columns(transactions, threads: threads))
        return Fold(
            train: features.take(split.train), trainLabels: split.train.map { labels[$0] },
            test: features.take(split.test), testLabels: split.test.map { labels[$0] },
            testCustomers: split.test.map { transactions.customerID[$0] }, testDays: split.test.map { days[$0] })
    }

    /// Trains a learner on a fold's first week and evaluates it on the last one.
    package func measure(_ learner: HandbookLearner, on fold: Fold, threads: Int) async throws -> HandbookQuality {
        let classifier = try await learner.train(fold.train, labels: fold.trainLabels, threads: threads)
        let scores = try await classifier.probabilities(fold.test, threads: threads)
        return HandbookQuality(
            rocAUC: try Metrics.rocAUC(scores: scores, labels: fold.testLabels),
            averagePrecision: try Metrics.averagePrecision(scores: scores, labels: fold.testLabels),
            cardPrecision: try CardPrecision(
                k: cards, scores: scores, labels: fold.testLabels, customers: fold.testCustomers, days: fold.testDays
            ).mean)
    }
}

/// How well a learner found the frauds of the week.
package struct HandbookQuality: Sendable, Hashable, Codable {
    package var rocAUC: Double
    package var averagePrecision: Double
    package var cardPrecision: Double

    package init(rocAUC: Double, averagePrecision: Double, cardPrecision: Double) {
        self.rocAUC = rocAUC
        self.averagePrecision = averagePrecision
        self.cardPrecision = cardPrecision
    }

    private enum CodingKeys: String, CodingKey {
        case rocAUC = "roc_auc"
        case averagePrecision = "average_precision"
        case cardPrecision = "card_precision"
    }
}
