import Columnar
import Features
import ModelKit
import Scoring
import StorageIO
import TestSupport
import Testing

/// A plan's features and scores of data in any order, in memory and through a temporary file.
@Suite struct PlanSortingTests {
    private static let schema = TransactionSchema(
        name: "shops",
        columns: [
            SchemaColumn("nr", .text, role: .id), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("card", .category, role: .key), SchemaColumn("shop", .integer(), role: .key),
            SchemaColumn("amount", .float(), role: .amount),
            SchemaColumn("fraud", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
        ])

    private let store = InMemoryObjectStore(name: "tests")

    /// Times are whole hours, so that many rows share one; some rows have no id, some amounts are missing.
    private func table() throws -> RecordBatch {
        var generator = SeededGenerator(seed: 71)
        let count = 4000
        let times = (0..<count).map { Int64($0 / 30) * 3_600_000_000 }
        let numbers = (0..<count).map { _ in Int.random(in: 0..<count, using: &generator) }
        return try RecordBatch([
            ("nr", .string(numbers.map { "T-\($0)" }, validity: Bitmap(numbers.map { $0 % 20 > 0 }))),
            ("time", .timestamp(times, unit: .microseconds)),
            ("card", .string(numbers.map { "C\($0 % 40)" })), ("shop", .int64(numbers.map { Int64($0 % 7) })),
            ("amount", .float64(numbers.map { Double($0) / 4 }, validity: Bitmap(numbers.map { $0 % 99 > 0 }))),
            ("fraud", .string(numbers.map { $0 % 50 == 0 ? "ja" : "nein" })),
        ])
    }

    private func model() throws -> FraudModel {
        func sum(_ name: String, _ keys: [String]) -> FeatureDeclaration {
            FeatureDeclaration(
                name, .aggregate(WindowAggregate(.sum, of: "amount", keys: keys, window: .days(2))))
        }
        let plan = FeaturePlan(name: "sums", features: [sum("card", ["card"]), sum("both", ["card", "shop"])])
        let columns = plan.names.map { _ in (0..<400).map { Float($0 % 97) * 60 } }
        let classifier = try ScoringFixture.classifier(
            try FeatureMatrix(names: plan.names, columns: columns), (0..<400).map { $0 % 97 > 40 ? 1 : 0 }, 1)
        return try FraudModel(
            features: .plan(plan, schema: Self.schema), classifier: classifier, provenance: ScoringFixture.provenance)
    }

    private func dataSet(_ table: RecordBatch, rowGroupRows: Int, _ folder: String) async throws -> DataSet {
        let writer = ParquetWriter(
            to: try await store.write(try ObjectKey("\(folder)/a.parquet")), schema: table.schema,
            options: ParquetWriteOptions(rowGroupRows: rowGroupRows))
        try await writer.write(table)
        try await writer.finish()
        return try await DataSet.open(StorageLocation(store: store, uri: try StorageURI("memory://tests/\(folder)/")))
    }

    @Test(arguments: [1, 100_000, 256 << 20])
    func anyOrderGivesTheSameScores(memoryLimit: Int) async throws {
        let table = try table(), model = try model()
        var generator = SeededGenerator(seed: 72)
        let shuffled = table.take(Array(0..<table.rowCount).shuffled(using: &generator))
        let expected = try await model.score(shuffled)
        let distinct = Set(expected.probabilities)
        #expect(distinct.count > 20 && expected.unscoredCount > 10)

        let data = try await dataSet(shuffled, rowGroupRows: 600, "shuffled-\(memoryLimit)")
        var probabilities: [Double] = [], ids: [Column] = [], digests: [FeatureDigests] = [], starts = 0
        let scorer = try DataSetScorer(model, digests: true, memoryLimit: memoryLimit)
        let use = try await scorer.score(data, threads: 2) {
            starts += 1
            (probabilities, ids, digests) = ([], [], [])
        } into: { scores in
            probabilities += scores.probabilities
            ids.append(try #require(scores.transactionIDs))
            digests.append(try #require(scores.featureDigests))
        }
        #expect(starts == 1 && use == .empty)
        #expect(probabilities.map(\.bitPattern) == expected.probabilities.map(\.bitPattern))
        #expect(try Column.concatenating(ids, type: .string) == expected.transactionIDs)

        var whole = try BatchScorer(model, digests: true)
        let atOnce = try #require(await whole.score(shuffled).featureDigests)
        #expect(
            try Column.concatenating(digests.map(\.column), type: .string)
                == Column.concatenating([atOnce.column], type: .string))
    }

    /// The row is counted from the first of the data set.
    @Test func aMissingTimeIsFoundAtItsRow() async throws {
        let table = try table().take(Array((0..<4000).reversed()))
        let times = try table.columns[1].int64Values()
        let broken = try RecordBatch(
            schema: table.schema,
            columns: [
                table.columns[0],
                .timestamp(times, unit: .microseconds, validity: Bitmap((0..<4000).map { $0 != 3210 })),
            ]
                + table.columns.dropFirst(2))
        let data = try await dataSet(broken, rowGroupRows: 600, "broken")
        let scorer = try DataSetScorer(model(), memoryLimit: 1)
        let error = try await #require(throws: TransactionError.self) {
            _ = try await scorer.score(data, startingOver: {}) { _ in }
        }
        #expect("\(error)".contains("3210"))
    }
}
