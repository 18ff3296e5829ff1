import Columnar
import Features
import ModelKit
import Pipelines
import Scoring
import StorageIO
import Testing

@Suite struct TrainingPipelineTests {
    private static func request(
        _ data: SimulatedData, threads: Int = 2, _ change: (inout TrainingRequest) -> Void = { _ in }
    ) -> TrainingRequest {
        var trees = BoostedTreesConfiguration()
        trees.rounds = 20
        var request = TrainingRequest(
            data: data.location, features: .transactions(.windows), learner: .boostedTrees(trees),
            testRows: .share(0.25), threads: threads)
        change(&request)
        return request
    }

    @Test func theModelDoesNotDependOnThreads() async throws {
        let data = try await SimulatedData()
        let one = try await TrainingPipeline(Self.request(data, threads: 1), stores: data.stores).run()
        let three = try await TrainingPipeline(Self.request(data, threads: 3), stores: data.stores).run()
        #expect(one.testProbabilities == three.testProbabilities)
        #expect(one.metrics == three.metrics && !one.testProbabilities.isEmpty)
    }

    @Test func theSavedModelGivesTheMeasuredScores() async throws {
        let data = try await SimulatedData()
        let result = try await TrainingPipeline(Self.request(data), stores: data.stores).run()
        let folder = try data.stores.resolve("memory://tests/model")
        try await result.model.save(to: folder)
        let model = try await FraudModel.load(from: folder)
        // The test rows are the last: scored after the model's history, they get the probabilities that were measured.
        let days = try TransactionColumns(data.table).timeDays
        let first = try #require(Set(days).sorted().dropFirst(30).first)
        let scores = try await model.score(data.split(atDay: first).after, threads: 2)
        #expect(scores.probabilities == result.testProbabilities)
        #expect(result.trainingRows + result.testProbabilities.count == data.table.rowCount)
    }

    @Test func aTableInMemoryGivesTheSame() async throws {
        let data = try await SimulatedData()
        let stored = try await TrainingPipeline(Self.request(data), stores: data.stores).run()
        let inMemory = try await TrainingPipeline(Self.request(data)).run(on: data.table)
        #expect(stored.testProbabilities == inMemory.testProbabilities)
    }

    @Test func theGridIsMeasuredOnValidationRowsAndTheBestIsTrained() async throws {
        let data = try await SimulatedData()
        let result = try await TrainingPipeline(
            Self.request(data) { request in
                request.validationShare = 0.3
                request.grid = [4, 15].map { leaves in
                    var trees = BoostedTreesConfiguration()
                    trees.rounds = 10
                    trees.maxLeaves = leaves
                    return trees
                }
            }, stores: data.stores
        ).run()
        #expect(result.candidates.count == 2)
        #expect(result.candidates[0].validationROCAUC >= result.candidates[1].validationROCAUC)
        #expect(result.parameters["max_leaves"] == result.candidates[0].parameters["max_leaves"])
        #expect(result.metrics["val_roc_auc"] == result.candidates[0].validationROCAUC)
    }

    @Test func numericColumnsOfAnyTableTrain() async throws {
        let data = try await SimulatedData()
        let result = try await TrainingPipeline(
            Self.request(data) {
                $0.features = .columns(["tx_amount", "terminal_id"], label: "tx_fraud")
            }, stores: data.stores
        ).run()
        #expect(result.model.features == .columns(["tx_amount", "terminal_id"]))
        #expect(result.cardPrecisionAt100 == nil && result.evaluation != nil)
    }

    @Test func detailsAreMeasuredAndShown() async throws {
        let data = try await SimulatedData()
        func measured(threads: Int) async throws -> TrainingResult {
            try await TrainingPipeline(
                Self.request(data, threads: threads) {
                    $0.alertCosts = AlertCosts(perAlert: 5)
                    $0.intervalSamples = 100
                }, stores: data.stores
            ).run()
        }
        let result = try await measured(threads: 2)
        let details = try #require(result.details)
        #expect(try await measured(threads: 1).details == details)
        let evaluation = try #require(result.evaluation)
        let intervals = try #require(details.intervals).intervals
        #expect(abs(intervals[0].estimate - evaluation.rocAUC) < 1e-12)
        #expect(intervals[0].lower < evaluation.rocAUC && evaluation.rocAUC < intervals[0].upper)
        #expect(abs(intervals[3].estimate - evaluation.confusion.recall) < 1e-12)
        #expect(abs(details.calibration.brier.score - evaluation.brierScore) < 1e-12)
        #expect(details.slices.map(\.name) == ["amount", "fraud scenario"])
        #expect(details.slices[0].slices.reduce(0) { $0 + $1.rowCount } == evaluation.rowCount)
        let costs = try #require(details.costs)
        #expect(costs.best.cost <= costs.costWithoutAlerts)
        #expect(details.daily?.days.isEmpty == false)
        let page = QualityReport(evaluation, details: details).html()
        for title in ["How sure the figures are", "Calibration", "Costs", "Day by day", "Slices", "fraud scenario"] {
            #expect(page.contains(title))
        }
    }

    @Test func settingsAndDataThatDoNotFitAreErrors() async throws {
        let data = try await SimulatedData()
        await #expect(
            throws: PipelineError.contradictorySettings("a grid needs validation rows; give a validation share above 0")
        ) {
            try await TrainingPipeline(
                Self.request(data) { $0.grid = [BoostedTreesConfiguration()] }, stores: data.stores
            ).run()
        }
        let late = await #expect(throws: PipelineError.self) {
            try await TrainingPipeline(Self.request(data) { $0.testRows = .fromDay(9_000) }, stores: data.stores).run()
        }
        #expect("\(try #require(late))".contains("leaves \(data.table.rowCount) rows to train and 0 to test"))
        let genuine = try data.table.take(
            TransactionColumns(data.table).labels().enumerated().filter { $0.element == 0 }.map(\.offset))
        let oneClass = await #expect(throws: PipelineError.self) {
            try await TrainingPipeline(Self.request(data)).run(on: genuine)
        }
        #expect("\(try #require(oneClass))".contains("none is a fraud"))
        let missing = await #expect(throws: PipelineError.self) {
            try await TrainingPipeline(
                Self.request(data) { $0.features = .columns(["no_such_column"], label: "tx_fraud") },
                stores: data.stores
            ).run()
        }
        #expect("\(try #require(missing))".contains("no_such_column"))
    }

    @Test func progressIsReported() async throws {
        let data = try await SimulatedData(transactions: 5_000, days: 30)
        let units = UnitsSeen()
        _ = try await TrainingPipeline(Self.request(data), stores: data.stores) { units.add($0.unit) }.run()
        #expect(units.all.isSuperset(of: ["rows", "rounds"]))
    }
}
