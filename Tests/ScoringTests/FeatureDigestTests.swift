import Checksums
import Columnar
import Features
import ModelKit
import Scoring
import StorageIO
import TestSupport
import Testing

/// Digests of features: what they are, that they show each changed feature, and that every scorer gives the same.
@Suite struct FeatureDigestTests {
    /// Vectors of xxHash's own test program and of Python's `xxhash`.
    @Test func xxHashIsThatOfItsAuthor() {
        for (text, expected) in [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
            ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
            (
                "0123456789012345678901234567890123456789012345678901234567890123456789012345", 0x8d1b_b803_c912_fb82
            ),
        ] as [(String, UInt64)] {
            #expect(Array(text.utf8).withUnsafeBytes { XXH64.hash($0) } == expected, "\(text)")
        }
    }

    /// Computed by Python's `xxhash` and `struct` as the documentation says.
    @Test func textsAreThoseOfPython() {
        #expect(
            "\(FeatureDigest(names: ["amount", "count", "share"], values: [12.5, 3, .nan]))" == "1d912770644269de2aac13"
        )
        #expect(
            "\(FeatureDigest(names: ["amount", "Zahl der Käufe"], values: [-0.0, 1 / 3]))" == "920f76ad9065f1538033")
        #expect(
            "\(FeatureDigest(names: (0..<15).map { "f\($0)" }, values: (0..<15).map { Float(Double($0 * $0) / 7 - 3) }))"
                == "c0a5729e5a2b9e5a2cdc4ee12bcd8f182c406a3b3f4f03")
        #expect("\(FeatureDigest(names: [], values: []))" == "0000000000000000")
    }

    @Test func allNotANumbersAreEqualAndZerosAreNot() {
        let names = ["a", "b"]
        let one = FeatureDigest(names: names, values: [.nan, 0])
        #expect(FeatureDigest(names: names, values: [Float(bitPattern: 0xffc0_1234), 0]) == one)
        #expect(FeatureDigest(names: names, values: [Float.signalingNaN, 0]) == one)
        #expect(FeatureDigest(names: names, values: [.nan, -0.0]).differences(from: one) == [1])
    }

    @Test func eachChangedFeatureShows() {
        var generator = SeededGenerator(seed: 71)
        let names = (0..<60).map { "feature \($0)" }
        let values = names.indices.map { _ in Float.random(in: -1_000...1_000, using: &generator) }
        let digest = FeatureDigest(names: names, values: values)
        var shown = 0, changes = 0
        for index in names.indices {
            for change: (Float) -> Float in [{ $0.nextUp }, { $0 + 1 }, { -$0 }, { _ in .nan }, { $0 * 2 }] {
                var other = values
                other[index] = change(other[index])
                let changed = FeatureDigest(names: names, values: other)
                #expect(changed.hash != digest.hash)
                changes += 1
                shown += changed.differences(from: digest) == [index] ? 1 : 0
            }
        }
        #expect(shown >= changes * 98 / 100)
        var renamed = names
        renamed[7] = "another"
        let other = FeatureDigest(names: renamed, values: values)
        #expect(other.hash != digest.hash && other.differences(from: digest) == [])
        // Names and values are told apart: other names have the same effect on the hash whatever the values are.
        let zeros = names.map { _ in Float(0) }
        let difference =
            FeatureDigest(names: names, values: zeros).hash ^ FeatureDigest(names: renamed, values: zeros).hash
        #expect(other.hash ^ digest.hash == difference)
        #expect(FeatureDigest(names: ["a"], values: [1]).differences(from: digest) == nil)
    }

    @Test func textIsReadBackAndOnlyThat() throws {
        let digest = FeatureDigest(names: ["a", "b", "c"], values: [1, -7.25, .infinity])
        #expect(FeatureDigest("\(digest)") == digest)
        #expect(FeatureDigest("\(digest)".uppercased()) == digest)
        for text in ["", "12", "\(digest)0", "g\("\(digest)".dropFirst())", " \(digest)", "1d912770644269d"] {
            #expect(FeatureDigest(text) == nil, "\(text)")
        }
        var generator = SeededGenerator(seed: 72)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if let read = FeatureDigest(String(decoding: bytes, as: UTF8.self)) {
                #expect(FeatureDigest("\(read)") == read)
            }
        }
    }

    @Test(arguments: FeatureSet.allCases)
    func batchAndOnlineScorersGiveTheSame(set: FeatureSet) throws {
        let model = try ScoringFixture.model(FeaturePipeline(set), rounds: 2)
        var transactions = ScoringFixture.transactions(600, seed: 73, firstDay: 60)
        transactions[17].amount = .nan
        var batch = try BatchScorer(model, digests: true)
        let scores = try batch.score(ScoringFixture.batch(transactions), threads: 2)
        let digests = try #require(scores.featureDigests)
        var features = try BatchScorer(model)
        let matrix = try features.features(ScoringFixture.batch(transactions))
        for row in [0, 17, 599] {
            #expect(
                digests[row] == FeatureDigest(names: matrix.names, values: matrix.columns.map { $0[row] }), "\(row)")
        }
        let single = try OnlineScorer(model, digests: true), many = try OnlineScorer(model, digests: true)
        #expect(try transactions.map { try single.score($0).featureDigest } == Array(digests))
        #expect(try many.score(transactions, threads: 2).map(\.featureDigest) == Array(digests))
        // Not without asking for it.
        #expect(try OnlineScorer(model).score(transactions[0]).featureDigest == nil)
        #expect(try model.score(ScoringFixture.batch(transactions)).featureDigests == nil)
    }

    @Test func recordsOfASchemaHaveThemToo() throws {
        let schema = TransactionSchema(columns: [
            SchemaColumn("nr", .text, role: .id), SchemaColumn("time", .timestamp(), role: .time),
            SchemaColumn("card", .category, role: .key), SchemaColumn("amount", .float(), role: .amount),
        ])
        let plan = try FeaturePlan.extended(for: schema)
        let columns = plan.names.map { _ in (0..<40).map { Float($0 % 7) } }
        let classifier = try ScoringFixture.classifier(
            try FeatureMatrix(names: plan.names, columns: columns), (0..<40).map { $0 % 7 > 3 ? 1 : 0 }, 1)
        let model = try FraudModel(
            features: .plan(plan, schema: schema), classifier: classifier, provenance: ScoringFixture.provenance)
        let records = (0..<300).map { index in
            TransactionRecord([
                .text("T\(index)"), .time(Int64(index) * 7_200_000_000), .text("C\(index % 5)"),
                .number(Double(index % 90) + 0.25),
            ])
        }
        let table = try RecordBatch([
            ("nr", .string(records.indices.map { "T\($0)" })),
            ("time", .timestamp(records.indices.map { Int64($0) * 7_200_000_000 })),
            ("card", .string(records.indices.map { "C\($0 % 5)" })),
            ("amount", .float64(records.indices.map { Double($0 % 90) + 0.25 })),
        ])
        var batch = try BatchScorer(model, digests: true)
        let digests = try #require(try batch.score(table, threads: 2).featureDigests)
        let single = try OnlineScorer(model, digests: true), many = try OnlineScorer(model, digests: true)
        #expect(try records.map { try single.score($0).featureDigest } == Array(digests))
        #expect(try many.score(records).map(\.featureDigest) == Array(digests))
        #expect(Set(digests).count > 250)
        #expect(try OnlineScorer(model).score(records[0]).featureDigest == nil)
        // Another model goes on giving them.
        try single.replaceModel(with: model)
        #expect(try single.score(records[0], recording: false).featureDigest != nil)
    }

    /// Rows in any order have the same digests, sorted in memory or in a file.
    @Test(arguments: [1, 64 << 10, 256 << 20])
    func dataSetScorerKeepsThemWithTheirRows(memoryLimit: Int) async throws {
        let store = InMemoryObjectStore(name: "tests")
        let model = try ScoringFixture.model(rounds: 2)
        var generator = SeededGenerator(seed: 74)
        let rows = ScoringFixture.transactions(5_000, seed: 75, firstDay: 60).shuffled(using: &generator)
        let table = try ScoringFixture.batch(rows)
        let writer = ParquetWriter(
            to: try await store.write(try ObjectKey("rows.parquet")), schema: table.schema,
            options: ParquetWriteOptions(rowGroupRows: 700))
        try await writer.write(table)
        try await writer.finish()
        let dataSet = try await DataSet.open(
            StorageLocation(store: store, uri: try StorageURI("memory://tests/rows.parquet")))
        var whole = try BatchScorer(model, digests: true)
        let expected = try await whole.score(table)
        var parts: [RecordBatch] = []
        let scorer = try DataSetScorer(model, digests: true, memoryLimit: memoryLimit)
        _ = try await scorer.score(dataSet, threads: 2) {
            parts = []
        } into: {
            parts.append(try $0.recordBatch())
        }
        let schema = try BatchScores.schema(for: table.schema, model: model, digests: true)
        #expect(schema.names == ["transaction_id", "probability", "prediction", "feature_digest"])
        #expect(
            try RecordBatch.concatenating(parts, schema: schema)
                == RecordBatch(schema: schema, columns: expected.recordBatch().columns))
    }
}
