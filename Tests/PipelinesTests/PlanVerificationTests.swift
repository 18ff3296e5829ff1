import Columnar
import Features
import ModelKit
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing

/// Scores of transactions of other columns by a plan's features, verified against the data as they are later.
@Suite struct PlanVerificationTests {
    private static let trainingRows = 1_500
    private let stores = ObjectStoreRegistry()
    private let table: RecordBatch

    init() throws {
        var generator = SeededGenerator(seed: 91)
        let rows = (0..<3_000).map { index in
            (
                time: Int64(index) * 1_200_000_000 + 1_600_000_000_000_000,
                account: Int.random(in: 0..<20, using: &generator),
                amount: Double.random(in: 1...90, using: &generator),
                isFraud: Int.random(in: 0..<9, using: &generator) == 0
            )
        }
        table = try RecordBatch([
            ("Nr", .string(rows.indices.map { "B-\($0)" })), ("Zeit", .timestamp(rows.map(\.time))),
            ("Konto", .string(rows.map { "DE\($0.account)" })), ("Betrag", .float64(rows.map(\.amount))),
            ("Betrug", .string(rows.map { $0.isFraud ? "ja" : "nein" })),
        ])
    }

    private static func schema(hasID: Bool) -> TransactionSchema {
        TransactionSchema(
            columns: (hasID ? [SchemaColumn("Nr", .text, role: .id)] : []) + [
                SchemaColumn("Zeit", .timestamp(), role: .time), SchemaColumn("Konto", .category, role: .key),
                SchemaColumn("Betrag", .float(), role: .amount),
                SchemaColumn("Betrug", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
            ])
    }

    /// With a ratio of shares of frauds, which depends on labels through features that models do not get.
    private static func plan() throws -> FeaturePlan {
        func share(_ name: String, days: Int) -> FeatureDeclaration {
            FeatureDeclaration(
                name,
                .aggregate(WindowAggregate(.fraudShare, keys: ["Konto"], window: .days(days), delay: .days(1))),
                isOutput: false)
        }
        return FeaturePlan(
            name: "shares",
            features: [
                FeatureDeclaration("Betrag", .column("Betrag")),
                FeatureDeclaration(
                    "Summe", .aggregate(WindowAggregate(.sum, of: "Betrag", keys: ["Konto"], window: .days(3)))),
                share("short", days: 4), share("long", days: 20),
                FeatureDeclaration("trend", .expression(try RowExpression("short - long"))),
                FeatureDeclaration("above", .expression(try RowExpression("Betrag / Summe"))),
            ])
    }

    private func model(hasID: Bool) throws -> FraudModel {
        let plan = try Self.plan(), schema = Self.schema(hasID: hasID)
        let engine = try FeatureEngine(plan, schema: schema)
        var history = engine.makeHistory()
        let early = table.slice(0..<Self.trainingRows)
        let canonical = try SchemaReader(schema, table: early.schema).require(early, roles: [.time])
        let columns = try engine.columns(canonical, history: &history)
        var configuration = BoostedTreesConfiguration()
        (configuration.rounds, configuration.maxLeaves) = (1, 4)
        let labels = (0..<early.rowCount).map { early.columns[4].text(ofRow: $0, limit: 2) == "ja" ? UInt8(1) : 0 }
        let classifier = try BoostedTreesTrainer(configuration).trainBlocking(
            FeatureMatrix(names: engine.names, columns: columns), labels: labels
        ).model
        return try FraudModel(
            features: .plan(plan, schema: schema), classifier: classifier,
            provenance: ModelProvenance(createdAt: "2026-01-01T00:00:00Z", data: "early", rows: early.rowCount),
            history: history)
    }

    private var later: RecordBatch { table.slice(Self.trainingRows..<table.rowCount) }

    private func write(_ table: RecordBatch, to location: String) async throws {
        let stream = AsyncThrowingStream<RecordBatch, any Error> { continuation in
            continuation.yield(table)
            continuation.finish()
        }
        try await DataSet.write(stream, schema: table.schema, to: stores.resolve(location))
    }

    private func verify(
        _ scores: RecordBatch, against table: RecordBatch, by model: FraudModel, labels: LabelUse = .known
    ) async throws -> VerificationResult {
        let location = "memory://tests/scores.parquet", now = "memory://tests/now.parquet"
        try await write(scores, to: location)
        try await write(table, to: now)
        return try await FeatureVerification(
            scores: location, data: now, model: model, labels: labels, limit: 1_000, stores: stores, threads: 2
        ).run()
    }

    private func onlineScores(_ model: FraudModel, labelled: Bool) throws -> RecordBatch {
        let schema = Self.schema(hasID: true)
        let scorer = try OnlineScorer(model, digests: true)
        let scores = try (Self.trainingRows..<table.rowCount).map { row in
            func text(_ column: Int) -> String { table.columns[column].text(ofRow: row, limit: 100) }
            let record = TransactionRecord([
                .text(text(0)), .time(try table.columns[1].int64Values()[row]), .text(text(2)),
                .number(try table.columns[3].float64Values()[row]), labelled ? .text(text(4)) : .null,
            ])
            #expect(record.values.count == schema.columns.count)
            return try scorer.score(record)
        }
        // As a stream names the id.
        return try RecordBatch([
            (
                "transaction_id",
                .string(
                    scores.map {
                        if case .text(let id) = $0.id { id } else { "" }
                    })
            ), ("feature_digest", .string(scores.map { $0.featureDigest.map { "\($0)" } ?? "" })),
        ])
    }

    @Test func batchAndOnlineScoresAreIdentical() async throws {
        let model = try model(hasID: true)
        var scorer = try BatchScorer(model, digests: true)
        let batch = try await scorer.score(later).recordBatch()
        #expect(batch.schema.names == ["Nr", "probability", "prediction", "feature_digest"])
        var generator = SeededGenerator(seed: 92)
        let shuffled = later.take(Array(0..<later.rowCount).shuffled(using: &generator))
        for data in [later, shuffled] {
            let result = try await verify(batch, against: data, by: model)
            #expect(result.isVerified && result.identical == later.rowCount)
            let online = try await verify(try onlineScores(model, labelled: true), against: data, by: model)
            #expect(online.isVerified && online.identical == later.rowCount)
            let blind = try await verify(
                try onlineScores(model, labelled: false), against: data, by: model, labels: .none)
            #expect(blind.isVerified && blind.identical == later.rowCount)
        }
        let with = try await verify(try onlineScores(model, labelled: false), against: later, by: model)
        #expect(with.different > 0 && with.reasons == [.labelUse: with.different])
        #expect(with.differences.allSatisfy { $0.features.allSatisfy { $0.name == "trend" } })
    }

    @Test func eachChangeIsNamed() async throws {
        let model = try model(hasID: true)
        var scorer = try BatchScorer(model, digests: true)
        let scores = try await scorer.score(later).recordBatch()
        func replacing(_ column: Int, _ values: Column) throws -> RecordBatch {
            var columns = later.columns
            columns[column] = values
            return try RecordBatch(schema: later.schema, columns: columns)
        }
        var amounts = try later.columns[3].float64Values()
        amounts[7] *= 2
        let changed = try await verify(scores, against: replacing(3, .float64(amounts)), by: model)
        #expect(changed.differences.first?.id == "B-\(Self.trainingRows + 7)")
        #expect(changed.differences.first?.features.map(\.name).contains("Betrag") == true)
        #expect(changed.reasons[.transaction] == 1 && changed.reasons[.history, default: 0] > 0)

        let missing = try await verify(scores, against: later.take(Array(1..<later.rowCount)), by: model)
        #expect(missing.firstNotInData == ["B-\(Self.trainingRows)"] && missing.reasons[.history, default: 0] > 0)

        let labels = (0..<later.rowCount).map { $0 % 2 == 0 ? "nein" : later.columns[4].text(ofRow: $0, limit: 9) }
        let labelled = try await verify(scores, against: replacing(4, .string(labels)), by: model)
        #expect(labelled.different > 0 && labelled.reasons[.labels, default: 0] > 0)
        #expect(labelled.differences.allSatisfy { $0.features.allSatisfy { $0.name == "trend" } })
    }

    /// Without ids, scores are those of the rows in their order.
    @Test func scoresWithoutIDsAreMatchedByPosition() async throws {
        let model = try model(hasID: false)
        var scorer = try BatchScorer(model, digests: true)
        let scores = try await scorer.score(later).recordBatch()
        #expect(scores.schema.names == ["probability", "prediction", "feature_digest"])
        let result = try await verify(scores, against: later, by: model)
        #expect(result.isVerified && result.identical == later.rowCount)
        await #expect(throws: PipelineError.self) {
            try await verify(scores, against: later.slice(0..<9), by: model)
        }
    }
}
