import Features
import Scoring
import Testing

/// Labels that come late, twice, early, in any order.
@Suite struct TransactionLabelTests {
    static let day = ScoringFixture.day

    static let model = Result { try ScoringFixture.model() }

    /// A scorer without history.
    static func emptyScorer() throws -> OnlineScorer {
        try OnlineScorer(model.get(), state: FeaturePipeline().makeState())
    }

    static func transaction(_ id: Int64, day: Int64, terminal: Int64 = 3, fraud: Int32? = nil) -> Transaction {
        Transaction(
            transactionID: id, dateTime: ScoringFixture.start + day * Self.day, customerID: id, terminalID: terminal,
            amount: 10, fraud: fraud)
    }

    static func label(_ transaction: Transaction, _ isFraud: Bool) -> TransactionLabel {
        TransactionLabel(
            transactionID: transaction.transactionID, dateTime: transaction.dateTime,
            terminalID: transaction.terminalID, isFraud: isFraud)
    }

    /// The share of frauds that a transaction eight days after day 0 sees at its terminal in the 7-day window.
    static func risk(_ scorer: OnlineScorer, terminal: Int64 = 3) -> Float {
        let pipeline = FeaturePipeline()
        var row = [Float](repeating: 0, count: pipeline.count)
        row.withUnsafeMutableBufferPointer {
            if let state = scorer.state {
                pipeline.compute(transaction(99, day: 8, terminal: terminal), state: state, into: $0)
            }
        }
        let column = pipeline.names.firstIndex(of: "terminal_id_risk_7day_window") ?? 0
        return row[column]
    }

    @Test func oneOfTwoInAMicrosecondIsMarkedOnce() throws {
        let scorer = try Self.emptyScorer()
        let one = Self.transaction(1, day: 0), two = Self.transaction(2, day: 0)
        try scorer.record(one)
        try scorer.record(two)
        #expect(Self.risk(scorer) == 0)
        #expect(try scorer.applyLabel(Self.label(one, true)) == .applied)
        #expect(try scorer.applyLabel(Self.label(one, true)) == .unchanged)
        #expect(Self.risk(scorer) == 0.5)
        #expect(try scorer.applyLabel(Self.label(two, false)) == .unchanged)
        #expect(Self.risk(scorer) == 0.5)
        #expect(try scorer.applyLabel(Self.label(two, true)) == .applied)
        #expect(try scorer.applyLabel(Self.label(one, false)) == .applied)
        #expect(try scorer.applyLabel(Self.label(one, false)) == .unchanged)
        #expect(Self.risk(scorer) == 0.5)
        #expect(try scorer.applyLabel(Self.label(two, false)) == .applied)
        #expect(Self.risk(scorer) == 0)
    }

    @Test func aLabelWaitsForItsTransaction() throws {
        let scorer = try Self.emptyScorer()
        let one = Self.transaction(1, day: 0), two = Self.transaction(2, day: 0), three = Self.transaction(3, day: 0)
        #expect(try scorer.applyLabel(Self.label(one, true)) == .pending)
        #expect(try scorer.applyLabel(Self.label(two, true)) == .pending)
        #expect(try scorer.applyLabel(Self.label(two, false)) == .pending)
        for transaction in [three, two, one] { _ = try scorer.score(transaction) }
        #expect(Self.risk(scorer) == Float(1.0 / 3))
        #expect(try scorer.applyLabel(Self.label(one, true)) == .unchanged)
        #expect(try scorer.applyLabel(Self.label(three, false)) == .unchanged)
        #expect(Self.risk(scorer) == Float(1.0 / 3))
    }

    /// Every order of two transactions of one microsecond and their labels ends in the same history.
    @Test func theOrderDoesNotMatter() throws {
        enum Step { case record(Transaction), label(TransactionLabel) }
        let one = Self.transaction(1, day: 0), two = Self.transaction(2, day: 0)
        let steps: [Step] = [
            .record(one), .record(two), .label(Self.label(one, true)), .label(Self.label(two, false)),
            .label(Self.label(one, true)),
        ]
        func permutations(_ rest: [Step]) -> [[Step]] {
            guard rest.count > 1 else { return [rest] }
            return rest.indices.flatMap { index -> [[Step]] in
                var others = rest
                let first = others.remove(at: index)
                return permutations(others).map { [first] + $0 }
            }
        }
        for order in permutations(steps) {
            let scorer = try Self.emptyScorer()
            for step in order {
                switch step {
                case .record(let transaction): try scorer.record(transaction)
                case .label(let label): _ = try scorer.applyLabel(label)
                }
            }
            #expect(Self.risk(scorer) == 0.5)
        }
    }

    @Test func labelsThatCameWithTransactionsCount() throws {
        let scorer = try Self.emptyScorer()
        let one = Self.transaction(1, day: 0, fraud: 1), two = Self.transaction(2, day: 0, fraud: 0)
        try scorer.record(one)
        try scorer.record(two)
        #expect(try scorer.applyLabel(Self.label(one, true)) == .unchanged)
        #expect(try scorer.applyLabel(Self.label(two, false)) == .unchanged)
        #expect(Self.risk(scorer) == 0.5)
        #expect(try scorer.applyLabel(Self.label(one, false)) == .applied)
        #expect(Self.risk(scorer) == 0)
    }

    @Test func aSavedHistoryIsNotCountedTwice() throws {
        let before = try Self.emptyScorer()
        let one = Self.transaction(1, day: 0, fraud: 1)
        try before.record(one)
        let scorer = try OnlineScorer(
            Self.model.get(), state: FeatureState(decoding: before.state?.encoded() ?? []))
        #expect(try scorer.applyLabel(Self.label(one, true)) == .unchanged)
        #expect(Self.risk(scorer) == 1)
        #expect(try scorer.applyLabel(Self.label(one, false)) == .applied)
        #expect(Self.risk(scorer) == 0)
    }

    @Test func whatNoWindowReachesIsUnknown() throws {
        let scorer = try Self.emptyScorer()
        let old = Self.transaction(1, day: 0)
        try scorer.record(old)
        for day in 1...60 { try scorer.record(Self.transaction(Int64(day + 1), day: Int64(day))) }
        #expect(try scorer.applyLabel(Self.label(old, true)) == .unknown)
        #expect(try scorer.applyLabel(Self.label(Self.transaction(30, day: 29), true)) == .applied)
        let basic = try OnlineScorer(ScoringFixture.model(FeaturePipeline(.basic)))
        try basic.record(old)
        #expect(try basic.applyLabel(Self.label(old, true)) == .unknown)
        #expect(basic.labelSilence == nil)
    }

    @Test func silenceIsMeasuredInEventTime() throws {
        let scorer = try Self.emptyScorer()
        #expect(scorer.labelSilence == nil)
        for day in 0...7 { try scorer.record(Self.transaction(Int64(day), day: Int64(day))) }
        let week = Duration.seconds(7 * 86_400)
        #expect(scorer.labelSilence?.duration == week && scorer.labelSilence?.limit == week)
        #expect(scorer.labelSilence?.isTooLong == false)
        try scorer.record(Self.transaction(8, day: 8))
        #expect(scorer.labelSilence?.isTooLong == true)
        // A label of nothing known ends no silence.
        _ = try scorer.applyLabel(Self.label(Self.transaction(50, day: 1, terminal: 77), true))
        #expect(scorer.labelSilence?.isTooLong == true)
        _ = try scorer.applyLabel(Self.label(Self.transaction(3, day: 3), false))
        #expect(scorer.labelSilence?.duration == .zero)
    }

    /// More labels than there is room for: the newest stay.
    @Test func boundsHold() throws {
        let scorer = try Self.emptyScorer()
        try scorer.record(Self.transaction(0, day: 0, terminal: 0))
        for id in 1...70_000 as ClosedRange<Int64> {
            _ = try scorer.applyLabel(Self.label(Self.transaction(id, day: 0, terminal: id % 500), true))
        }
        let (first, last) = (Self.transaction(1, day: 0, terminal: 1), Self.transaction(69_999, day: 0, terminal: 499))
        try scorer.record(first)
        try scorer.record(last)
        #expect(Self.risk(scorer, terminal: 1) == 0)
        #expect(Self.risk(scorer, terminal: 499) == 1)
    }
}
