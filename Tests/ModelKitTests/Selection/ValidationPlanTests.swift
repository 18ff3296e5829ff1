import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ValidationPlanTests {
    private func tests(_ plan: ValidationPlan, _ rows: EvaluationRows) throws -> [[Int]] {
        try plan.splits(of: rows).map { split in
            #expect((split.train + split.test).sorted() == Array(0..<rows.count))
            return split.test
        }
    }

    @Test(.needs(.python), arguments: [2, 3, 5, 7]) func foldsEqualScikitLearn(folds: Int) throws {
        struct Reference: Decodable {
            let plain, stratified: [[Int]]
            let groupSizes: [Int]
        }
        for (count, share) in [(53, 0.3), (200, 0.1), (201, 0.6)] {
            let rows = ScoredRows(.distinct, count: count, positiveShare: share, seed: UInt64(folds))
            let keys = RowProperties(rows, keyCount: 20).keys
            let reference = try rows.ask(
                Reference.self,
                """
                from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
                g, k = np.array(json.loads(sys.argv[2])), int(sys.argv[3])
                x = np.zeros((len(y), 1))
                def tests(splitter):
                    return [t.tolist() for _, t in splitter.split(x, y, g)]
                print(json.dumps(dict(plain=tests(KFold(k)), stratified=tests(StratifiedKFold(k)),
                                      groupSizes=sorted(len(t) for t in tests(GroupKFold(k))))))
                """, ["\(keys)", "\(folds)"])
            let evaluated = try EvaluationRows(labels: rows.labels, keys: keys)
            #expect(try tests(.kFold(folds: folds), evaluated) == reference.plain)
            #expect(try tests(.stratified(folds: folds), evaluated) == reference.stratified)
            for seed in [nil, 5] as [UInt64?] {
                let grouped = try tests(.grouped(folds: folds, seed: seed), evaluated)
                #expect(grouped.map(\.count).sorted() == reference.groupSizes)
                let keySets = grouped.map { Set($0.map { keys[$0] }) }
                #expect(keySets.map(\.count).reduce(0, +) == Set(keys).count)
            }
        }
    }

    @Test func seedsDrawOtherFoldsOfTheSameSizes() throws {
        let rows = ScoredRows(.distinct, count: 300)
        let evaluated = try EvaluationRows(labels: rows.labels)
        for plan in [ValidationPlan.kFold(folds: 4, seed: 1), .stratified(folds: 4, seed: 1)] {
            let first = try tests(plan, evaluated)
            #expect(first.map(\.count) == [75, 75, 75, 75])
            #expect(try tests(plan, evaluated) == first)
            #expect(try JSONDecoder().decode(ValidationPlan.self, from: JSONEncoder().encode(plan)) == plan)
        }
        #expect(
            try tests(.kFold(folds: 4, seed: 1), evaluated) != tests(.kFold(folds: 4, seed: 2), evaluated))
        let frauds = try tests(.stratified(folds: 4, seed: 3), evaluated)
            .map { $0.count { rows.labels[$0] == 1 } }
        #expect((frauds.max() ?? 0) - (frauds.min() ?? 0) <= 1)
    }

    @Test func prequentialFoldsEndWithTheLastDay() throws {
        let rows = ScoredRows(.distinct, count: 4000)
        let properties = RowProperties(rows, dayCount: 30)
        let evaluated = try EvaluationRows(labels: rows.labels, keys: properties.keys, days: properties.days)
        let split = try PrequentialSplit(trainDays: 7, delayDays: 3, testDays: 5)
        let splits = try ValidationPlan.prequential(folds: 3, split).splits(of: evaluated)
        #expect(splits.count == 3)
        for (index, fold) in splits.enumerated() {
            let lastDay = 129 - Int32(2 - index) * 5
            #expect(Set(fold.test.map { properties.days[$0] }) == Set(lastDay - 4...lastDay))
            #expect(Set(fold.train.map { properties.days[$0] }) == Set(lastDay - 14...lastDay - 8))
            #expect(
                try fold
                    == split.split(
                        from: lastDay - 14, days: properties.days, customers: properties.keys, labels: rows.labels))
        }
    }

    @Test func scoresAreThoseOfEachTest() async throws {
        let samples = try TreeSamples(rows: 900, seed: 41)
        let rows = try EvaluationRows(labels: samples.labels)
        let plan = ValidationPlan.stratified(folds: 3, seed: 1)
        let scores = try await plan.scores(samples.features, rows: rows) { features, labels in
            try await LogisticRegressionTrainer().train(features, labels: labels)
        }
        #expect(scores.count == 3 && scores.allSatisfy { $0 > 0.7 && $0 < 1 })
        let first = try plan.splits(of: rows)[0]
        let model = try await LogisticRegressionTrainer().train(
            samples.features.take(first.train), labels: first.train.map { samples.labels[$0] })
        let probabilities = try await model.probabilities(samples.features.take(first.test), threads: 1)
        #expect(
            try Metrics.rocAUC(scores: probabilities, labels: first.test.map { samples.labels[$0] }) == scores[0])
    }

    @Test func unusableRowsAndFoldsAreRefused() throws {
        let rows = try EvaluationRows(labels: [0, 0, 1, 0])
        func refusal(_ plan: ValidationPlan) -> ModelError? {
            #expect(throws: ModelError.self) { try plan.splits(of: rows) }
        }
        #expect(refusal(.kFold(folds: 1)) == .invalidSetting("folds is 1; it must be at least 2"))
        #expect(refusal(.kFold(folds: 5)) == .unusableData("4 rows for 5 folds"))
        #expect(refusal(.stratified(folds: 2)) == .unusableData("1 rows of the label 1 for 2 folds"))
        #expect(refusal(.grouped(folds: 2)) == .invalidSetting("validation by groups needs the keys of the rows"))
        let split = try PrequentialSplit()
        #expect(
            refusal(.prequential(folds: 2, split))
                == .invalidSetting("prequential validation needs the days of the rows"))
        let one = try EvaluationRows(labels: [0, 1], keys: [1, 2], days: [5, 5])
        #expect(throws: ModelError.unusableData("no transaction to use on days -15 to -9")) {
            try ValidationPlan.prequential(folds: 1, split).splits(of: one)
        }
        #expect(throws: ModelError.unusableData("2 keys for 3 folds")) {
            try ValidationPlan.grouped(folds: 3).splits(of: one)
        }
    }
}
