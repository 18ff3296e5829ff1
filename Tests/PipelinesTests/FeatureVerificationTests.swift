import Columnar
import Features
import ModelKit
import Pipelines
import Scoring
import StorageIO
import TestSupport
import Testing

/// Scores of the Handbook's columns, verified against the data as they are later.
@Suite struct FeatureVerificationTests {
    private let data: SimulatedData
    private let model: FraudModel
    /// What was scored: 15 days after those of training.
    private let later: RecordBatch

    init() async throws {
        data = try await SimulatedData(transactions: 12_000)
        let (before, after) = try data.split(atDay: 25)
        later = after
        model = try await Self.model(before, .windows)
    }

    private static func model(_ table: RecordBatch, _ features: FeatureSet) async throws -> FraudModel {
        var trees = BoostedTreesConfiguration()
        (trees.rounds, trees.maxLeaves) = (2, 4)
        let request = TrainingRequest(
            data: "early", features: .transactions(features), learner: .boostedTrees(trees), threads: 2)
        return try await TrainingPipeline(request).run(on: table).model
    }

    /// Verifies scores against data, both given as tables.
    private func verify(
        _ scores: RecordBatch, against table: RecordBatch, by other: FraudModel? = nil,
        history: HistoryChoice = .automatic, labels: LabelUse = .known, form: String = "parquet", limit: Int = 10
    ) async throws -> VerificationResult {
        let location = "memory://tests/scores.\(form)", now = "memory://tests/now.parquet"
        if form == "jsonl" {
            try await writeLines(scores, to: location)
        } else {
            try await data.write(scores, to: location)
        }
        try await data.write(table, to: now)
        return try await FeatureVerification(
            scores: location, data: now, model: other ?? model, history: history, labels: labels, limit: limit,
            stores: data.stores, threads: 2
        ).run()
    }

    /// As a topic's messages are dumped.
    private func writeLines(_ scores: RecordBatch, to location: String) async throws {
        let lines = (0..<scores.rowCount).map { row in
            func text(_ column: Int) -> String { scores.columns[column].text(ofRow: row, limit: .max) }
            return #"{"transaction_id":\#(text(0)),"probability":\#(text(1)),"feature_digest":"\#(text(3))"}"# + "\n"
        }
        let target = try data.stores.resolve(location)
        let writer = try await target.store.write(try ObjectKey("scores.jsonl"))
        try await writer.write(Array(lines.joined().utf8))
        _ = try await writer.finish()
    }

    private func batchScores(_ table: RecordBatch, history: HistoryChoice = .automatic) async throws -> RecordBatch {
        var scorer = try BatchScorer(model, history: history, digests: true)
        return try await scorer.score(table, threads: 2).recordBatch()
    }

    private func transactions(_ table: RecordBatch) throws -> [Transaction] {
        let columns = try TransactionColumns(table)
        return (0..<columns.count).map { columns[$0] }
    }

    private func table(_ transactions: [Transaction]) throws -> RecordBatch {
        try TransactionColumns(transactions).recordBatch()
    }

    private func table(_ scores: [TransactionScore]) throws -> RecordBatch {
        try RecordBatch([
            ("transaction_id", .int64(scores.map(\.transactionID))),
            ("probability", .float64(scores.map(\.probability))),
            ("feature_digest", .string(scores.map { $0.featureDigest.map { "\($0)" } ?? "" })),
        ])
    }

    @Test(arguments: ["parquet", "csv", "jsonl"]) func aBatchIsIdentical(form: String) async throws {
        let result = try await verify(try await batchScores(later), against: later, form: form)
        #expect(result.compared == later.rowCount && result.identical == later.rowCount && result.isVerified)
        #expect(result.differences.isEmpty && result.reasons.isEmpty && result.alternatives.isEmpty)
        #expect(result.notInData == 0 && result.notScored == 0 && result.repeated == 0 && result.withoutDigest == 0)
        guard case .saved = result.setting.history else {
            Issue.record("the features start from \(result.setting.history)")
            return
        }
    }

    @Test func theOrderOfRowsMakesNoDifference() async throws {
        var generator = SeededGenerator(seed: 81)
        let scores = try await batchScores(later)
        let shuffled = Array(0..<later.rowCount).shuffled(using: &generator)
        let result = try await verify(
            scores.take(shuffled.shuffled(using: &generator)), against: later.take(shuffled))
        #expect(result.isVerified && result.identical == later.rowCount)
    }

    /// A service that learns of labels with their transactions, and one that gets none.
    @Test func onlineScoresAreIdentical() async throws {
        let transactions = try transactions(later)
        let scorer = try OnlineScorer(model, digests: true)
        let labelled = try await verify(table(transactions.map { try scorer.score($0) }), against: later)
        #expect(labelled.isVerified && labelled.identical == later.rowCount)

        let blind = try OnlineScorer(model, digests: true)
        let scores = try table(
            transactions.map {
                var transaction = $0
                transaction.fraud = nil
                return try blind.score(transaction)
            })
        let without = try await verify(scores, against: later, labels: .none)
        #expect(without.isVerified && without.setting.labels == .none)
        let with = try await verify(scores, against: later)
        #expect(with.different > 0 && with.reasons == [.labelUse: with.different])
        #expect(with.alternatives.map(\.setting.labels) == [.none])
        #expect(with.alternatives.map(\.identical) == [with.different])
        #expect(with.differences.allSatisfy { $0.features.allSatisfy { $0.name.contains("risk") } })
    }

    @Test func aChangedAmountIsNamed() async throws {
        let scores = try await batchScores(later)
        var transactions = try transactions(later)
        transactions[100].amount += 0.25
        let changed = transactions[100]
        let result = try await verify(scores, against: table(transactions), limit: 100)
        let first = try #require(result.differences.first)
        #expect(first.id == "\(changed.transactionID)" && first.reason == .transaction)
        #expect(first.time == changed.dateTime)
        #expect(first.features.first { $0.name == "tx_amount" }?.value == Float(changed.amount))
        #expect(first.recomputed.differences(from: first.logged)?.isEmpty == false)
        #expect(result.reasons[.transaction] == 1 && result.reasons[.history, default: 0] > 0)
        #expect(
            result.reasons.keys.allSatisfy { [.transaction, .history, .unknown].contains($0) } && !result.isVerified)
        // The customer's later transactions have another history.
        let customers = Set(transactions.filter { $0.customerID == changed.customerID }.map { "\($0.transactionID)" })
        #expect(result.differences.allSatisfy { customers.contains($0.id) })
    }

    @Test func aRemovedTransactionIsNamed() async throws {
        let scores = try await batchScores(later)
        var transactions = try transactions(later)
        let removed = transactions.remove(at: 50)
        let result = try await verify(scores, against: table(transactions), limit: 1_000)
        #expect(result.notInData == 1 && result.firstNotInData == ["\(removed.transactionID)"])
        #expect(result.compared == later.rowCount - 1 && !result.isVerified)
        #expect(result.different > 0 && result.reasons[.history, default: 0] > 0)
        let related = transactions.filter {
            $0.customerID == removed.customerID || $0.terminalID == removed.terminalID
        }
        let names = Set(related.map { "\($0.transactionID)" })
        #expect(result.differences.allSatisfy { names.contains($0.id) && $0.reason != .transaction })
    }

    /// When it was scored, some frauds were not known yet.
    @Test func labelsThatCameLaterAreTheReason() async throws {
        let then = try transactions(later).enumerated().map { index, transaction in
            var transaction = transaction
            if index % 2 == 0 { transaction.fraud = 0 }
            return transaction
        }
        let result = try await verify(try await batchScores(table(then)), against: later)
        #expect(result.different > 0)
        #expect(result.reasons[.labels, default: 0] > 0)
        #expect(result.reasons.keys.allSatisfy { [.labels, .labelUse, .unknown].contains($0) })
    }

    @Test func anotherModelIsTheReason() async throws {
        let other = try await Self.model(try data.split(atDay: 25).before, .basic)
        let scores = try await batchScores(later)
        let result = try await verify(scores, against: later, by: other)
        #expect(result.identical == 0 && result.reasons == [.otherFeatures: later.rowCount])
        #expect(result.differences.count == 10 && result.differences.allSatisfy { $0.features.isEmpty })
        // As many features of the same values, under other names.
        let names = (0..<6).map { "plain \($0)" }
        let columns = names.indices.map { _ in later.columns[4] }
        func plain(_ prefix: String) throws -> (FraudModel, RecordBatch) {
            let names = names.map { prefix + $0 }
            let ids = ("transaction_id", later.columns[0])
            let table = try RecordBatch([ids] + zip(names, columns).map { (name: $0, column: $1) })
            var trees = BoostedTreesConfiguration()
            (trees.rounds, trees.maxLeaves) = (1, 4)
            let classifier = try BoostedTreesTrainer(trees).trainBlocking(
                FeatureMatrix(table, features: names), labels: TransactionColumns(later).labels()
            ).model
            return (
                try FraudModel(features: .columns(names), classifier: classifier, provenance: model.provenance), table
            )
        }
        let (first, table) = try plain("a "), (second, renamed) = try plain("b ")
        var scorer = try BatchScorer(first, digests: true)
        let plainScores = try await scorer.score(table).recordBatch()
        #expect(try await verify(plainScores, against: table, by: first).isVerified)
        let names2 = try await verify(plainScores, against: renamed, by: second)
        #expect(names2.identical == 0 && names2.reasons == [.otherFeatures: later.rowCount])
        // One alone could also be a change that the digits do not show.
        let alone = try await verify(plainScores.slice(0..<1), against: renamed, by: second)
        #expect(alone.reasons == [.unknown: 1] && alone.notScored == later.rowCount - 1)
    }

    @Test func theOtherStartOfTheHistoryIsTheReason() async throws {
        let scores = try await batchScores(later, history: .empty)
        #expect(try await verify(scores, against: later, history: .empty).isVerified)
        let result = try await verify(scores, against: later)
        #expect(result.different > 0 && result.reasons == [.historyStart: result.different])
        #expect(result.alternatives.map(\.setting.history) == [.empty])
        let saved = try await verify(try await batchScores(later), against: later, history: .empty)
        #expect(saved.different > 0 && saved.reasons == [.historyStart: saved.different])
    }

    /// A stream delivers scores at least once, and may have crashed with another history.
    @Test func repeatedAndPartialScoresAreCounted() async throws {
        let all = try await batchScores(later)
        let other = try await batchScores(later, history: .empty)
        let some = all.slice(0..<200)
        let twice = try RecordBatch.concatenating(
            [some, all.slice(0..<30), other.slice(0..<1)], schema: all.schema)
        let result = try await verify(twice, against: later)
        #expect(result.repeated == 30 && result.notScored == later.rowCount - 200)
        #expect(result.compared == 201 && result.identical == 200)

        let digests = (0..<200).map { $0 < 5 ? "" : some.columns[3].text(ofRow: $0, limit: .max) }
        let gaps = try RecordBatch([
            ("transaction_id", some.columns[0]),
            ("feature_digest", .string(digests, validity: Bitmap(digests.map { !$0.isEmpty }))),
        ])
        let partial = try await verify(gaps, against: later)
        #expect(partial.withoutDigest == 5 && partial.identical == 195 && !partial.isVerified)
    }

    /// Ids that occur twice are told apart by time, where the scores have it.
    @Test func timesTellEqualIDsApart() async throws {
        var transactions = try transactions(later)
        for index in transactions.indices { transactions[index].transactionID = Int64(index % 1_000) }
        let table = try table(transactions)
        let scores = try await batchScores(table)
        let timed = try RecordBatch([
            ("transaction_id", scores.columns[0]), ("tx_datetime", .timestamp(transactions.map(\.dateTime))),
            ("feature_digest", scores.columns[3]),
        ])
        let result = try await verify(timed, against: table)
        #expect(result.isVerified && result.repeatedInData == 0 && result.compared == transactions.count)
        let untimed = try await verify(scores, against: table)
        #expect(untimed.repeatedInData > 0)
    }

    @Test func unusableScoresAreNamed() async throws {
        let all = try await batchScores(later)
        func message(_ scores: RecordBatch) async -> String {
            do {
                _ = try await verify(scores, against: later)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            await message(try all.selecting(["transaction_id", "probability"]))
                .contains("scores.parquet: there is no column 'feature_digest'"))
        #expect(await message(try all.selecting(["feature_digest"])).contains("transaction_id"))
        let broken = try RecordBatch([
            ("transaction_id", .int64([1, 2])), ("feature_digest", .string(["0123456789abcdef", "0123456789abcdeX"])),
        ])
        let text = await message(broken)
        #expect(text.contains("0123456789abcdeX") && text.contains("row 1"), "\(text)")
        #expect(await message(all.slice(0..<0)).contains("--feature-digests"))
    }
}
