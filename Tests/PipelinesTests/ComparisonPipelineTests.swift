import Columnar
import Features
import ModelKit
import Pipelines
import Scoring
import StorageIO
import Testing

@Suite struct ComparisonPipelineTests {
    /// A good and a poor model of the first 25 days.
    private static func models(_ data: SimulatedData) async throws -> (good: FraudModel, poor: FraudModel) {
        let early = try data.split(atDay: 25).before
        func train(_ features: FeatureSet, rounds: Int) async throws -> FraudModel {
            var trees = BoostedTreesConfiguration()
            trees.rounds = rounds
            trees.maxLeaves = rounds == 1 ? 2 : 15
            let request = TrainingRequest(
                data: "early", features: .transactions(features), learner: .boostedTrees(trees), threads: 2)
            return try await TrainingPipeline(request).run(on: early).model
        }
        return (try await train(.windows, rounds: 30), try await train(.basic, rounds: 1))
    }

    @Test func rowsLaterThanTrainingAreJudged() async throws {
        let data = try await SimulatedData()
        let (good, poor) = try await Self.models(data)
        let result = try await ComparisonPipeline(
            data: data.location, champion: poor, candidate: good,
            settings: ModelComparison.Settings(samples: 200, seed: 1), stores: data.stores, threads: 2
        ).run()
        let (before, after) = try data.split(atDay: 25)
        #expect(result.summary.rows == after.rowCount && result.summary.trainingRowsLeftOut == before.rowCount)
        #expect(result.summary.verdict == .better && result.summary.warning == nil)
        #expect(abs(result.summary.difference - (result.candidate.rocAUC - result.champion.rocAUC)) < 1e-12)
        let page = result.html()
        #expect(page.contains("average precision") && page.contains("Paired stratified bootstrap of 200 samples"))
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("The candidate is better."))
    }

    @Test func aWorseCandidateIsSaidToBeWorse() async throws {
        let data = try await SimulatedData()
        let (good, poor) = try await Self.models(data)
        let result = try await ComparisonPipeline(
            data: data.location, champion: good, candidate: poor,
            settings: ModelComparison.Settings(samples: 200, seed: 1), stores: data.stores, threads: 2
        ).run()
        #expect(result.summary.verdict == .worse)
    }

    @Test func trainingRowsAreJudgedOnlyOnRequestAndWithAWarning() async throws {
        let data = try await SimulatedData()
        let (good, poor) = try await Self.models(data)
        try await data.write(data.split(atDay: 25).before, to: "memory://tests/early.parquet")
        let refused = await #expect(throws: PipelineError.self) {
            try await ComparisonPipeline(
                data: "memory://tests/early.parquet", champion: poor, candidate: good, stores: data.stores, threads: 2
            ).run()
        }
        #expect("\(try #require(refused))".contains("no row is later than"))
        let result = try await ComparisonPipeline(
            data: "memory://tests/early.parquet", champion: poor, candidate: good, includesTrainingRows: true,
            settings: ModelComparison.Settings(samples: 200, seed: 1), stores: data.stores, threads: 2
        ).run()
        #expect(result.summary.mayIncludeTrainingRows && result.summary.warning != nil)
        #expect(result.html().contains("Warning"))
    }

    @Test func theReportIsWrittenWhereItIsWanted() async throws {
        let data = try await SimulatedData()
        let (good, poor) = try await Self.models(data)
        let result = try await ComparisonPipeline(
            data: data.location, champion: poor, candidate: good,
            settings: ModelComparison.Settings(samples: 200, seed: 1), stores: data.stores, threads: 2
        ).run()
        let location = try data.stores.resolve("memory://tests/report.html")
        try await result.writeReport(to: location)
        #expect(try await String(decoding: location.store.read(location.key()), as: UTF8.self) == result.html())
        #expect(QualityReport(result.candidate).html().contains("ROC curve"))
    }
}
