import Columnar
import Features
import Foundation
import ModelKit
import Parallelism
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing

/// Explanations of a data set's scores.
@Suite struct ExplanationPipelineTests {
    private let data: SimulatedData
    private let model: FraudModel
    private let later: RecordBatch

    init() async throws {
        data = try await SimulatedData(transactions: 9_000)
        let (before, after) = try data.split(atDay: 25)
        later = after
        var trees = BoostedTreesConfiguration()
        (trees.rounds, trees.maxLeaves) = (8, 8)
        let request = TrainingRequest(
            data: "early", features: .transactions(.windows), learner: .boostedTrees(trees), threads: 2)
        model = try await TrainingPipeline(request).run(on: before).model
        try await data.write(before, to: "memory://tests/before.parquet")
    }

    private func explain(
        _ table: RecordBatch, method: ExplanationMethod = .treePath, background: String? = nil, reasons: Int = 3,
        threads: Int = 2
    ) async throws -> (tables: [RecordBatch], result: ExplanationResult) {
        try await data.write(table, to: "memory://tests/later.parquet")
        let pipeline = ExplanationPipeline(
            data: "memory://tests/later.parquet", model: model, method: method, background: background,
            backgroundRows: 40, reasons: reasons, stores: data.stores, threads: threads)
        var tables: [RecordBatch] = []
        var columns: Schema?
        let result = try await pipeline.run { schema in
            tables = []
            columns = schema
        } into: {
            tables.append($0)
        }
        #expect(tables.allSatisfy { $0.schema == columns })
        return (tables, result)
    }

    private func doubles(_ table: RecordBatch, _ name: String) throws -> [Double] {
        try table.column(name).float64Values()
    }

    @Test func probabilitiesAreThoseOfScoringAndContributionsAddUp() async throws {
        let scores = try await model.score(later, threads: 2)
        for (method, background) in [
            (ExplanationMethod.treePath, nil), (.interventional, "memory://tests/before.parquet"),
        ] as [(ExplanationMethod, String?)] {
            let (tables, result) = try await explain(later, method: method, background: background, reasons: 15)
            let table = try #require(tables.first)
            #expect(tables.count == 1 && result.rows == later.rowCount && result.unscored == 0)
            #expect(table.columns[0] == scores.transactionIDs)
            let probabilities = try doubles(table, "probability")
            #expect(probabilities == scores.probabilities)
            var logOdds = try doubles(table, "base_value")
            for position in 1...15 {
                // A null holds 0.
                for (row, value) in try doubles(table, "contribution_\(position)").enumerated() {
                    logOdds[row] += value
                }
            }
            let largest = zip(logOdds, probabilities).map { abs(1 / (1 + exp(-$0)) - $1) }.max()
            #expect(try #require(largest) < 1e-12)
            #expect(result.features.count == 15 && result.features[0].meanContribution > 0)
            #expect(result.features.map(\.meanContribution) == result.features.map(\.meanContribution).sorted(by: >))
            let first = try table.column("contribution_1").float64Values().map(abs)
            let second = try table.column("contribution_2").float64Values().map(abs)
            #expect(zip(first, second).allSatisfy { $0 >= $1 })
        }
    }

    @Test func rowsOutOfTheOrderOfTimeGetTheSameReasons() async throws {
        let (expected, _) = try await explain(later)
        var generator = SeededGenerator(seed: 91)
        let shuffled = Array(0..<later.rowCount).shuffled(using: &generator)
        let (tables, result) = try await explain(later.take(shuffled), threads: 1)
        #expect(result.rows == later.rowCount)
        let all = try RecordBatch.concatenating(tables, schema: tables[0].schema)
        let rows = try all.column("transaction_id").int64Values()
        let order = try expected[0].column("transaction_id").int64Values()
        let position = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.element, $0.offset) })
        #expect(all.take(order.compactMap { position[$0] }).columns == expected[0].columns)
    }

    @Test func aRowWithoutAmountHasNoReasons() async throws {
        let columns = try TransactionColumns(later)
        var transactions = (0..<columns.count).map { columns[$0] }
        transactions[3].amount = .nan
        let (tables, result) = try await explain(TransactionColumns(transactions).recordBatch())
        #expect(result.unscored == 1 && result.rows == later.rowCount)
        for name in ["probability", "base_value", "reason_1", "value_1"] {
            let column = try tables[0].column(name)
            #expect(column.isNull(3) && !column.isNull(4), "\(name)")
        }
    }

    @Test func theReportShowsTheStrongestFeatures() async throws {
        let (_, result) = try await explain(later)
        let page = result.html()
        #expect(page.contains("What moves the scores") && page.contains("log-odds of fraud"))
        #expect(page.contains(">\(result.features[0].name)<"))
        #expect(page.matches(of: /h0M/).count >= 1000)
        try await result.writeReport(to: data.stores.resolve("memory://tests/report.html"))
        let location = try data.stores.resolve("memory://tests/report.html")
        #expect(try await location.store.read(location.key()) == Array(page.utf8))
    }

    @Test func settingsThatContradictOneAnotherAreRefused() async throws {
        await #expect(throws: PipelineError.contradictorySettings("a background needs the interventional method")) {
            try await explain(later, background: "memory://tests/before.parquet")
        }
        await #expect(throws: PipelineError.contradictorySettings("interventional explanations need a background")) {
            try await explain(later, method: .interventional)
        }
        let none = later.take([])
        try await data.write(none, to: "memory://tests/none.parquet")
        await #expect(throws: PipelineError.self) {
            try await explain(later, method: .interventional, background: "memory://tests/none.parquet")
        }
        let (_, result) = try await explain(none)
        #expect(result.rows == 0 && result.features.allSatisfy { $0.meanContribution == 0 })
        #expect(result.html().contains("</html>"))
    }
}
