import Columnar
import Features
import ModelKit
import Scoring
import Testing

@Suite struct BatchScorerTests {
    @Test func theSavedHistoryIsUsedWhenItEndsBeforeTheFirstRow() throws {
        let model = try ScoringFixture.model()
        let end = try #require(model.state?.newestDateTime)
        let later = try ScoringFixture.batch(ScoringFixture.transactions(500, seed: 2, firstDay: 60))
        let earlier = try ScoringFixture.batch(ScoringFixture.transactions(500, seed: 2, firstDay: 30))

        #expect(try model.score(later).history == .saved(through: end))
        #expect(try model.score(earlier).history == .empty)
        #expect(try model.score(earlier, history: .saved).history == .saved(through: end))
        #expect(try model.score(later, history: .empty).history == .empty)
        #expect(try model.score(later, history: .empty).probabilities != model.score(later).probabilities)

        var forgetful = model
        forgetful.state = nil
        #expect(try forgetful.score(later).history == .empty)
        #expect(throws: ScoringError.noSavedHistory) { try forgetful.score(later, history: .saved) }
    }

    /// Ten transactions a day from Monday to Friday; to be scored are the last three days again.
    @Test func aHistoryThatEndsWithTheDataIsNotCountedTwice() throws {
        let rows = (0..<1000).map { index in
            let day = Int64(index / 50 * 7 + index % 50 / 10)
            return Transaction(
                transactionID: Int64(index),
                dateTime: ScoringFixture.start + day * ScoringFixture.day + Int64(index % 10),
                customerID: Int64(index % 7), terminalID: Int64(index % 5), amount: 10, fraud: Int32(index & 1))
        }
        var model = try ScoringFixture.model()
        var state = FeaturePipeline().makeState()
        for row in rows { state.record(row) }
        model.state = state
        let last = try ScoringFixture.batch(rows.suffix(30))
        #expect(try model.score(last).history == .empty)
        #expect(try model.score(last, history: .empty).probabilities == model.score(last).probabilities)
        // A table after the end continues from it.
        var next = rows[999]
        next.dateTime += 1
        #expect(try model.score(ScoringFixture.batch([next])).history == .saved(through: rows[999].dateTime))
    }

    @Test func tablesOutOfTimeOrderAreNoticed() throws {
        let model = try ScoringFixture.model(rounds: 2)
        let rows = ScoringFixture.transactions(300, seed: 6, firstDay: 60)
        var scorer = try BatchScorer(model)
        for table in [Array(rows[..<100].reversed()), Array(rows[100..<200])] {
            _ = try scorer.score(ScoringFixture.batch(table))
            #expect(scorer.isInTimeOrder)
        }
        _ = try scorer.score(ScoringFixture.batch(rows[50..<60]))
        #expect(!scorer.isInTimeOrder)
    }

    /// In a table as one by one: no score, and no other score changes.
    @Test func amountsThatAreNoNumbersGetNoScore() throws {
        let model = try ScoringFixture.model()
        let good = ScoringFixture.transactions(300, seed: 7, firstDay: 60)
        var rows = good
        for (index, amount) in [Double.nan, .infinity, -.infinity].enumerated() {
            var bad = good[100]
            bad.transactionID = Int64(1000 + index)
            bad.amount = amount
            rows.insert(bad, at: 101 + index)
        }
        let scores = try model.score(ScoringFixture.batch(rows))
        #expect(scores.unscoredCount == 3)
        let table = try scores.recordBatch()
        for name in ["probability", "prediction"] {
            #expect(try (0..<303).filter { try table.column(name).isNull($0) } == [101, 102, 103])
        }
        let expected = try model.score(ScoringFixture.batch(good)).probabilities
        #expect(scores.probabilities.filter { !$0.isNaN } == expected)
        let online = try OnlineScorer(model)
        let single = try rows.map { try online.score($0).probability.bitPattern }
        #expect(single == scores.probabilities.map(\.bitPattern))
        let together = try OnlineScorer(model).score(rows).map(\.probability.bitPattern)
        #expect(together == single)
    }

    @Test(arguments: [
        Column.string(["00000000-0000-0000-0000-000000000000", "b", "b"]), .float64([1, 2.5, 1e300]),
        .int32([3, 1, 2]),
        .int64([7, 0, 9], validity: Bitmap([true, false, true])), .timestamp([1, 2, 3]), .boolean([true, false, true]),
    ])
    func idsAreCarriedOverAsTheyAre(ids: Column) throws {
        let matrix = try FeatureMatrix(names: ["x"], columns: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]])
        let model = try FraudModel(
            features: .columns(["x"]),
            classifier: ScoringFixture.classifier(matrix, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], 1),
            provenance: ScoringFixture.provenance)
        for name in ["transaction_id", "TRANSACTION_ID", "tranaction_id", "Tranaction_ID"] {
            let batch = try RecordBatch([("x", .float64([1, 2, 3])), (name, ids)])
            let table = try model.score(batch).recordBatch()
            #expect(table.schema.names == ["transaction_id", "probability", "prediction"])
            #expect(try table.column("transaction_id") == ids)
            #expect(try table.schema == BatchScores.schema(for: batch.schema, model: model))
        }
    }

    @Test func portionsScoreAsTheWhole() throws {
        let model = try ScoringFixture.model()
        let transactions = ScoringFixture.transactions(2000, seed: 3, firstDay: 61)
        let whole = try model.score(ScoringFixture.batch(transactions), threads: 2)
        var scorer = try BatchScorer(model)
        #expect(scorer.history == nil)
        var probabilities: [Double] = []
        for start in stride(from: 0, to: 2000, by: 300) {
            let portion = transactions[start..<min(2000, start + 300)]
            probabilities += try scorer.score(ScoringFixture.batch(portion)).probabilities
        }
        #expect(probabilities == whole.probabilities)
        #expect(scorer.history == whole.history)
    }

    @Test func scoresAreATable() throws {
        let model = try ScoringFixture.model(threshold: 0.4)
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(300, seed: 4, firstDay: 60))
        let scores = try model.score(batch)
        let table = try scores.recordBatch()
        #expect(table.schema.names == ["transaction_id", "probability", "prediction"])
        #expect(try table.column("transaction_id") == batch.column("transaction_id"))
        #expect(scores.predictions == scores.probabilities.map { $0 >= 0.4 ? 1 : 0 })
        #expect(Set(scores.predictions) == [0, 1])
    }

    @Test func plainColumnsNeedNoHistoryAndNoTransactions() throws {
        let values: [Float] = (0..<400).map { Float($0 % 20) }
        let labels = values.map { UInt8($0 > 12 ? 1 : 0) }
        let matrix = try FeatureMatrix(names: ["speed", "weight"], columns: [values, values.reversed()])
        let model = try FraudModel(
            features: .columns(["speed", "weight"]), classifier: ScoringFixture.classifier(matrix, labels),
            provenance: ScoringFixture.provenance)
        let batch = try RecordBatch([
            ("weight", .int32(values.reversed().map { Int32($0) })), ("other", .string(values.map { "\($0)" })),
            ("speed", .float64(values.map { Double($0) })),
        ])
        let scores = try model.score(batch)
        #expect(scores.history == .notNeeded && scores.transactionIDs == nil)
        #expect(scores.predictions == labels.map { Int32($0) })
        #expect(try scores.recordBatch().schema.names == ["probability", "prediction"])
        #expect(throws: ColumnarError.self) { try model.score(batch.selecting(["speed"])) }
        #expect(throws: ScoringError.notInTransaction(columns: ["speed", "weight"])) { try OnlineScorer(model) }
    }

    @Test func aTableWithoutANeededColumnIsRefusedByName() throws {
        let model = try ScoringFixture.model()
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(10, seed: 5))
        let poorer = try batch.selecting(batch.schema.names.filter { $0 != "terminal_id" })
        do {
            _ = try model.score(poorer)
            Issue.record("a table without terminals was scored")
        } catch {
            #expect("\(error)".contains("'terminal_id'"))
        }
    }

    @Test func contradictionsInAModelAreRefused() throws {
        let model = try ScoringFixture.model()
        #expect(throws: ScoringError.self) {
            try FraudModel(
                features: .columns(["x"]), classifier: model.classifier, provenance: ScoringFixture.provenance)
        }
        #expect(throws: ScoringError.invalidThreshold(1.5)) {
            try FraudModel(
                features: model.features, classifier: model.classifier, threshold: 1.5,
                provenance: ScoringFixture.provenance)
        }
        let windows = try FeatureWindows(customerDays: [3], terminalDays: [3], delayDays: 3)
        #expect(throws: ScoringError.stateMismatch(expected: .handbook, actual: windows)) {
            try FraudModel(
                features: model.features, classifier: model.classifier, provenance: ScoringFixture.provenance,
                state: FeatureState(windows: windows))
        }
    }
}
