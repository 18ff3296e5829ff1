import Columnar
import DataPrep
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
