import Columnar
import Features
import ModelKit
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing

/// Training with a plan of features on transactions of columns that nobody has seen before: text ids and keys, labels in words.
@Suite struct PlanTrainingTests {
    private let stores = ObjectStoreRegistry()
    private let table: RecordBatch
    private static let days = 40

    private static let schema = TransactionSchema(columns: [
        SchemaColumn("Nr", .text, role: .id), SchemaColumn("Zeit", .timestamp(), role: .time),
        SchemaColumn("Konto", .category, role: .key), SchemaColumn("Laden", .category, role: .key),
        SchemaColumn("Betrag", .float(), role: .amount), SchemaColumn("Kanal", .category),
        SchemaColumn("Betrug", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
    ])

    /// Frauds come in bursts of high amounts.
    init() throws {
        var generator = SeededGenerator(seed: 11)
        var rows: [(time: Int64, account: Int, shop: Int, amount: Double, isFraud: Bool)] = []
        for _ in 0..<8_000 {
            rows.append(
                (
                    .random(in: 0..<Int64(Self.days) * 86_400, using: &generator),
                    .random(in: 0..<60, using: &generator),
                    .random(in: 0..<40, using: &generator),
                    Double(Int.random(in: 100...9_000, using: &generator)) / 100,
                    false
                ))
        }
        for burst in 0..<60 {
            let start = Int64(burst) * Int64(Self.days) * 86_400 / 61,
                account = Int.random(in: 0..<60, using: &generator)
            for step in 0..<4 {
                rows.append((start + Int64(step) * 300, account, burst % 40, 150 + Double(step), true))
            }
        }
        rows.sort { $0.time < $1.time }
        table = try RecordBatch([
            ("Nr", .string(rows.indices.map { "B-\($0)" })),
            ("Zeit", .timestamp(rows.map { $0.time * 1_000_000 + 1_600_000_000_000_000 })),
            ("Konto", .string(rows.map { "DE\($0.account)" })), ("Laden", .string(rows.map { "Laden \($0.shop)" })),
            ("Betrag", .float64(rows.map(\.amount))),
            ("Kanal", .string(rows.map { $0.shop % 3 == 0 ? "online" : "Kasse" })),
            ("Betrug", .string(rows.map { $0.isFraud ? "ja" : "nein" })),
        ])
    }

    private func request(threads: Int = 2) throws -> TrainingRequest {
        var trees = BoostedTreesConfiguration()
        trees.rounds = 20
        return TrainingRequest(
            data: "memory://tests/zahlungen.parquet",
            features: .plan(try FeaturePlan.extended(for: Self.schema), schema: Self.schema),
            learner: .boostedTrees(trees), testRows: .share(0.25), threads: threads)
    }

    private func later(_ result: TrainingResult) -> RecordBatch {
        table.take(Array(result.trainingRows..<table.rowCount))
    }

    @Test func fraudsAreFoundWithoutALineByHand() async throws {
        let result = try await TrainingPipeline(try request()).run(on: table)
        #expect(try #require(result.evaluation).rocAUC > 0.98)
        #expect(result.cardPrecisionAt100 != nil)
        #expect(result.model.features.names.contains { $0.hasPrefix("Konto") })
        #expect(result.parameters["features"] == "extended" && result.model.provenance.label == "Betrug")
        let again = try await TrainingPipeline(try request(threads: 1)).run(on: table)
        #expect(again.testProbabilities == result.testProbabilities)
    }

    @Test func theSavedModelScoresWithoutTheSchema() async throws {
        let result = try await TrainingPipeline(try request()).run(on: table)
        let folder = try stores.resolve("memory://tests/model")
        try await result.model.save(to: folder)
        let model = try await FraudModel.load(from: folder)
        #expect(model.features == result.model.features)
        // After the model's history, the test rows get the probabilities that were measured, however they are cut.
        let rows = later(result)
        let whole = try await model.score(rows, threads: 2)
        #expect(whole.probabilities == result.testProbabilities && whole.idName == "Nr")
        var scorer = try BatchScorer(model)
        var parts: [Double] = []
        for start in stride(from: 0, to: rows.rowCount, by: 700) {
            let part = rows.slice(start..<min(rows.rowCount, start + 700))
            parts += try await scorer.score(part).probabilities
        }
        #expect(parts == whole.probabilities && scorer.isInTimeOrder)
        let scores = try whole.recordBatch()
        #expect(scores.schema.names == ["Nr", "probability", "prediction"])
    }

    /// How large an amount is among those of a window.
    private struct Rank: WindowFunction {
        func value(values: [Double], ages: [Double], settings: [String: Double]) -> Double {
            guard let last = values.last else { return .nan }
            return Double(values.count { $0 < last }) / Double(values.count)
        }
    }

    @Test func kindsOfTheProgramAreTrainedSavedAndLoaded() async throws {
        var custom = CustomFeatures()
        custom.add("rank", Rank())
        let rank = CustomFeature(
            "rank", inputs: ["Betrag", "Konto"], settings: ["window_seconds": 10 * 86_400, "current": 1])
        var request = try request()
        request.features = .plan(
            FeaturePlan(name: "own", features: [FeatureDeclaration("rank", .custom(rank))]), schema: Self.schema)
        let error = await #expect(throws: PipelineError.self) { try await TrainingPipeline(request).run(on: table) }
        #expect("\(try #require(error))".contains("no function 'rank' is registered"))
        request.custom = custom
        let result = try await TrainingPipeline(request).run(on: table)
        #expect(try #require(result.evaluation).rocAUC > 0.8)
        let folder = try stores.resolve("memory://tests/own")
        try await result.model.save(to: folder)
        let model = try await FraudModel.load(from: folder, custom: custom)
        #expect(try await model.score(later(result)).probabilities == result.testProbabilities)
    }

    @Test func rowsInAnyOrderGetTheSameScores() async throws {
        let result = try await TrainingPipeline(try request()).run(on: table)
        let rows = later(result)
        var generator = SeededGenerator(seed: 5)
        let order = Array(0..<rows.rowCount).shuffled(using: &generator)
        let location = "memory://tests/shuffled.parquet"
        let shuffled = rows.take(order)
        let stream = AsyncThrowingStream<RecordBatch, any Error> { continuation in
            for start in stride(from: 0, to: shuffled.rowCount, by: 500) {
                continuation.yield(shuffled.slice(start..<min(shuffled.rowCount, start + 500)))
            }
            continuation.finish()
        }
        try await DataSet.write(stream, schema: shuffled.schema, to: stores.resolve(location))
        var probabilities: [Double] = []
        _ = try await DataSetScorer(result.model).score(DataSet.open(location, stores: stores)) {
            probabilities = []
        } into: {
            probabilities += $0.probabilities
        }
        #expect(probabilities == order.map { result.testProbabilities[$0] })
    }

    @Test func columnsThatAreMissingAreNamed() async throws {
        let fields = table.schema.fields
        let without = try RecordBatch(
            zip(fields, table.columns).filter { $0.0.name != "Laden" }.map { ($0.0.name, $0.1) })
        let error = await #expect(throws: PipelineError.self) {
            try await TrainingPipeline(try request()).run(on: without)
        }
        #expect("\(try #require(error))".contains("'Laden'"))
    }

    @Test func labelsThatAreNeitherAreNamed() async throws {
        var columns = zip(table.schema.fields, table.columns).map { (name: $0.0.name, column: $0.1) }
        columns[6].column = .string((0..<table.rowCount).map { $0 == 5 ? "vielleicht" : "nein" })
        let wrong = try RecordBatch(columns)
        let error = await #expect(throws: PipelineError.self) {
            try await TrainingPipeline(try request()).run(on: wrong)
        }
        let text = "\(try #require(error))"
        #expect(text.contains("'vielleicht'") && text.contains("row 5") && text.contains("Betrug"))
    }

    @Test func twoPlansAreComparedOnNewRows() async throws {
        let rich = try await TrainingPipeline(try request()).run(on: table)
        var plain = try request()
        plain.features = .plan(
            FeaturePlan(name: "plain", features: [FeatureDeclaration("Betrag", .column("Betrag"))]), schema: Self.schema
        )
        let poor = try await TrainingPipeline(plain).run(on: table)
        let location = "memory://tests/all.parquet"
        let stream = AsyncThrowingStream<RecordBatch, any Error> { continuation in
            continuation.yield(table)
            continuation.finish()
        }
        try await DataSet.write(stream, schema: table.schema, to: stores.resolve(location))
        let comparison = try await ComparisonPipeline(
            data: location, champion: poor.model, candidate: rich.model, stores: stores, threads: 2
        ).run()
        #expect(comparison.summary.rows == rich.testProbabilities.count)
        #expect(comparison.summary.candidateROCAUC == rich.evaluation?.rocAUC)
    }
}
