import Columnar
import Features
import Dispatch
import ModelKit
import Scoring
import Testing

@Suite struct OnlineScorerTests {
    @Test(arguments: FeatureSet.allCases)
    func batchStreamAndServiceGiveTheSameBits(set: FeatureSet) throws {
        let model = try ScoringFixture.model(FeaturePipeline(set))
        let transactions = ScoringFixture.transactions(2000, seed: 7, firstDay: 60)
        let batch = try model.score(ScoringFixture.batch(transactions), threads: 2)

        let single = try OnlineScorer(model)
        let one = try transactions.map { try single.score($0) }
        #expect(one.map(\.probability) == batch.probabilities)
        #expect(one.map(\.prediction) == batch.predictions)
        #expect(.int64(one.map(\.transactionID)) == batch.transactionIDs)

        let micro = try OnlineScorer(model)
        var many: [TransactionScore] = []
        for start in stride(from: 0, to: transactions.count, by: 128) {
            many += try micro.score(Array(transactions[start..<min(transactions.count, start + 128)]), threads: 2)
        }
        #expect(many == one)
        #expect(micro.state?.encoded() == single.state?.encoded())
        #expect(try micro.score([] as [Transaction]).isEmpty)
    }

    @Test func scoringWithoutRecordingLeavesNoTrace() throws {
        let model = try ScoringFixture.model()
        let scorer = try OnlineScorer(model)
        let before = scorer.state?.encoded()
        let transactions = ScoringFixture.transactions(50, seed: 8, firstDay: 60)
        let first = try scorer.score(transactions, recording: false)
        #expect(try transactions.map { try scorer.score($0, recording: false) } == first)
        #expect(scorer.state?.encoded() == before)
        for transaction in transactions { try scorer.record(transaction) }
        #expect(scorer.state?.encoded() != before)
    }

    @Test func labelsReachTheHistory() throws {
        let model = try ScoringFixture.model()
        let scorer = try OnlineScorer(model)
        var transaction = ScoringFixture.transactions(1, seed: 9, firstDay: 60)[0]
        transaction.fraud = nil
        try scorer.record(transaction)
        let before = scorer.state?.encoded()
        #expect(
            try scorer.recordLabel(isFraud: true, terminalID: transaction.terminalID, dateTime: transaction.dateTime))
        #expect(scorer.state?.encoded() != before)
        #expect(try !scorer.recordLabel(isFraud: true, terminalID: -1, dateTime: transaction.dateTime))
    }

    @Test func aNewModelKeepsTheHistoryThatSuitsIt() throws {
        let scorer = try OnlineScorer(ScoringFixture.model())
        for transaction in ScoringFixture.transactions(20, seed: 10, firstDay: 60) { try scorer.record(transaction) }
        let history = scorer.state?.encoded()
        #expect(try scorer.replaceModel(with: ScoringFixture.model(rounds: 3)))
        #expect(scorer.state?.encoded() == history)
        #expect(scorer.model.classifier.featureNames.count == 15)
        let windows = try FeatureWindows(customerDays: [2], terminalDays: [5], delayDays: 4)
        #expect(try !scorer.replaceModel(with: ScoringFixture.model(FeaturePipeline(.windows, windows: windows))))
        #expect(scorer.state?.windows == windows)
        #expect(throws: ScoringError.self) { try OnlineScorer(ScoringFixture.model(), state: scorer.state) }
    }

    @Test func columnsOfTheTransactionItselfAreScored() throws {
        let transactions = ScoringFixture.transactions(500, seed: 11)
        let columns = TransactionColumns(transactions)
        let names = ["TX_AMOUNT", "terminal_id", "tx_time_days"]
        let matrix = try FeatureMatrix(
            names: names,
            columns: [
                columns.amount.map { Float($0) }, columns.terminalID.map { Float($0) },
                columns.timeDays.map { Float($0) },
            ])
        let classifier = try ScoringFixture.classifier(matrix, columns.labels())
        let model = try FraudModel(
            features: .columns(names), classifier: classifier, provenance: ScoringFixture.provenance)
        let scorer = try OnlineScorer(model)
        #expect(
            try transactions.map { try scorer.score($0).probability } == classifier.probabilities(matrix, threads: 1))
        #expect(scorer.state?.eventCount == 0)
    }

    @Test func manyThreadsShareAScorer() throws {
        let model = try ScoringFixture.model()
        let other = try ScoringFixture.model(FeaturePipeline(.basic))
        let scorer = try OnlineScorer(model)
        let transactions = ScoringFixture.transactions(400, seed: 12, firstDay: 60)
        let newest = scorer.state?.newestDateTime ?? 0
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for (index, transaction) in transactions.enumerated() where index % 8 == thread {
                do {
                    let score = try scorer.score(transaction)
                    if score.transactionID != transaction.transactionID { Issue.record("another transaction's score") }
                    // Models of different width replace one another while others score.
                    if index % 50 == 0 {
                        try scorer.replaceModel(with: other)
                        try scorer.replaceModel(with: model)
                    }
                } catch {
                    Issue.record(error)
                }
            }
        }
        // Old events may have been removed meanwhile; the new ones are there.
        #expect(scorer.state?.newestDateTime ?? 0 > newest)
    }
}

/// A model of another program on a transaction's own numbers.
@Suite struct WideNumbersTests {
    /// One stump per feature, each with a threshold that 32 bits cannot hold: values above it count.
    private func model() throws -> FraudModel {
        let thresholds = [4_000_000_000_000_001.5, 1_000_000.015]
        let trees = thresholds.enumerated().map { index, threshold in
            var node = DecisionTree.Node(
                feature: Int32(index), threshold: DecisionTree.roundedDown(threshold), defaultLeft: false, left: ~0,
                right: ~1, gain: 1, value: 0, weight: 0, count: 0)
            node.exactThreshold = threshold
            return DecisionTree(
                nodes: [node],
                leaves: [0, 0.25 * Double(index + 1)].map { DecisionTree.Leaf(value: $0, weight: 0, count: 0) })
        }
        let names = ["customer_id", "tx_amount"]
        return try FraudModel(
            features: .columns(names),
            classifier: TreeEnsemble(featureNames: names, trees: trees, combination: .sum, link: .identity),
            provenance: ScoringFixture.provenance)
    }

    @Test func longNumbersAreNeverRounded() throws {
        var transactions = ScoringFixture.transactions(4, seed: 7)
        for index in transactions.indices {
            transactions[index].customerID = 4_000_000_000_000_001 + Int64(index % 2)
            transactions[index].amount = index < 2 ? 1_000_000.01 : 1_000_000.02
        }
        let wanted = [0, 0.25, 0.5, 0.75]
        let scorer = try OnlineScorer(model())
        #expect(try scorer.score(transactions).map(\.probability) == wanted)
        #expect(try transactions.map { try scorer.score($0).probability } == wanted)
        #expect(try model().score(ScoringFixture.batch(transactions)).probabilities == wanted)
    }
}
