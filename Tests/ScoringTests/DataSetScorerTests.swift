import Columnar
import Features
import Scoring
import StorageIO
import TestSupport
import Testing

/// The same scores for the same rows, however they are spread over row groups and files.
@Suite struct DataSetScorerTests {
    private let store = InMemoryObjectStore(name: "tests")

    private struct Outcome {
        /// Bits of the probability by id.
        var scores: [Int64: UInt64] = [:]
        var ids: [Int64] = []
        var history: HistoryUse?
        var starts = 0
        var phases: Set<DataSetScorer.Progress.Phase> = []
    }

    /// Some times occur many times, with ids that fall while rows go on; some amounts are not numbers.
    private func rows() -> [Transaction] {
        ScoringFixture.transactions(6000, seed: 51, firstDay: 60).enumerated().map { index, row in
            var row = row
            row.transactionID = Int64(index / 40 * 40 + 39 - index % 40)
            if index % 80 < 40 {
                row.dateTime = ScoringFixture.start + 60 * ScoringFixture.day + Int64(index / 40 * 40) * 864_000_000
            }
            if index % 997 == 5 { row.amount = .nan }
            return row
        }
        .sorted { ($0.dateTime, $0.transactionID) < ($1.dateTime, $1.transactionID) }
    }

    /// Writes each list as one file of row groups of that many rows.
    private func dataSet(_ files: [[Transaction]], rowGroupRows: Int, in folder: String) async throws -> DataSet {
        for (number, rows) in files.enumerated() {
            let batch = try ScoringFixture.batch(rows)
            let writer = ParquetWriter(
                to: try await store.write(try ObjectKey("\(folder)/part-\(number).parquet")), schema: batch.schema,
                options: ParquetWriteOptions(rowGroupRows: rowGroupRows))
            try await writer.write(batch)
            try await writer.finish()
        }
        return try await DataSet.open(
            StorageLocation(store: store, uri: try StorageURI("memory://tests/\(folder)/")))
    }

    private func score(
        _ model: FraudModel, _ dataSet: DataSet, memoryLimit: Int = 256 << 20
    ) async throws -> Outcome {
        var outcome = Outcome()
        let scorer = try DataSetScorer(model, memoryLimit: memoryLimit)
        outcome.history = try await scorer.score(dataSet, threads: 2) {
            outcome.phases.insert($0.phase)
        } startingOver: {
            outcome.starts += 1
            (outcome.scores, outcome.ids) = ([:], [])
        } into: { scores in
            let ids = try #require(scores.transactionIDs).int64Values()
            outcome.ids += ids
            for (id, probability) in zip(ids, scores.probabilities) { outcome.scores[id] = probability.bitPattern }
        }
        return outcome
    }

    private func expected(_ model: FraudModel, _ rows: [Transaction]) throws -> [Int64: UInt64] {
        let scores = try model.score(ScoringFixture.batch(rows))
        return Dictionary(uniqueKeysWithValues: zip(rows.map(\.transactionID), scores.probabilities.map(\.bitPattern)))
    }

    @Test func rowsInTimeOrderAreScoredAsTheyCome() async throws {
        let model = try ScoringFixture.model()
        let rows = rows()
        let outcome = try await score(model, dataSet([rows], rowGroupRows: 700, in: "sorted"))
        #expect(outcome.starts == 0 && outcome.phases == [.scoring])
        #expect(outcome.ids == rows.map(\.transactionID))
        #expect(outcome.scores == (try expected(model, rows)))
        #expect(outcome.scores.values.count { Double(bitPattern: $0).isNaN } == 7)
    }

    @Test(arguments: [1, 64 << 10, 256 << 20])
    func anyOrderGivesTheSameScores(memoryLimit: Int) async throws {
        let model = try ScoringFixture.model()
        let rows = rows()
        let expected = try expected(model, rows)
        var generator = SeededGenerator(seed: 52)
        let byCustomer = (0..<5).map { part in rows.filter { $0.customerID % 5 == part } }
        // One time's rows on both sides of a border between row groups, in falling order of their ids.
        var fallingIDs = rows
        fallingIDs.sort { ($0.dateTime, -$0.transactionID) < ($1.dateTime, -$1.transactionID) }
        for (name, files, rowGroupRows) in [
            ("shuffled", [rows.shuffled(using: &generator)], 1000), ("customers", byCustomer, 10_000),
            ("falling", [Array(rows.reversed())], 500), ("ids", [fallingIDs], 20),
            ("lastfirst", [Array(rows.suffix(1)), Array(rows.dropLast())], 3000),
        ] {
            let dataSet = try await dataSet(files, rowGroupRows: rowGroupRows, in: name)
            let outcome = try await score(model, dataSet, memoryLimit: memoryLimit)
            #expect(outcome.starts == 1 && outcome.phases == [.scoring, .sorting], "\(name)")
            #expect(outcome.ids == files.joined().map(\.transactionID), "\(name)")
            #expect(outcome.scores == expected, "\(name)")
        }
    }

    @Test func theHistoryChosenDoesNotDependOnTheOrder() async throws {
        let model = try ScoringFixture.model()
        let end = try #require(model.state?.newestDateTime)
        for (name, firstDay, history) in [
            ("later", Int64(60), HistoryUse.saved(through: end)), ("inside", 59, .empty),
        ] {
            let rows = ScoringFixture.transactions(900, seed: 53, firstDay: firstDay)
            let sorted = try await score(model, dataSet([rows], rowGroupRows: 100, in: name))
            let falling = try await score(model, dataSet([rows.reversed()], rowGroupRows: 100, in: name + "-falling"))
            #expect(sorted.history == history && falling.history == history)
            #expect(sorted.scores == falling.scores)
        }
    }

    /// Features without a history need no order.
    @Test func withoutHistoryNothingIsSorted() async throws {
        let model = try ScoringFixture.model(FeaturePipeline(.basic), rounds: 2)
        let rows = Array(rows().reversed())
        let outcome = try await score(model, dataSet([rows], rowGroupRows: 700, in: "basic"))
        #expect(outcome.starts == 0 && outcome.history == .notNeeded)
        #expect(outcome.scores == (try expected(model, rows)))
    }

    /// The row is counted from the first of the data set, in time order or not.
    @Test(arguments: [false, true]) func aMissingValueIsFoundAtItsRow(inOrder: Bool) async throws {
        let model = try ScoringFixture.model(rounds: 2)
        let rows = inOrder ? rows() : rows().reversed()
        var columns = try ScoringFixture.batch(rows)
        let validity = Bitmap((0..<6000).map { $0 != 4321 })
        columns = try RecordBatch(
            columns.schema.names.map { name in
                let column = try columns.column(name)
                return (
                    name,
                    name == "terminal_id"
                        ? try Column(type: column.type, storage: column.storage, validity: validity) : column
                )
            })
        let writer = ParquetWriter(
            to: try await store.write(try ObjectKey("null-\(inOrder)/part.parquet")), schema: columns.schema,
            options: ParquetWriteOptions(rowGroupRows: 1000))
        try await writer.write(columns)
        try await writer.finish()
        let dataSet = try await DataSet.open(
            StorageLocation(store: store, uri: try StorageURI("memory://tests/null-\(inOrder)/")))
        await #expect(throws: TransactionError.missingValue(column: "terminal_id", row: 4321)) {
            try await score(model, dataSet)
        }
    }

    @Test func aMissingColumnIsNamedAmongThoseThere() async throws {
        let model = try ScoringFixture.model(rounds: 2)
        let batch = try ScoringFixture.batch(rows())
        let poorer = try batch.selecting(batch.schema.names.filter { $0 != "terminal_id" })
        let writer = ParquetWriter(
            to: try await store.write(try ObjectKey("poorer/part.parquet")), schema: poorer.schema)
        try await writer.write(poorer)
        try await writer.finish()
        let dataSet = try await DataSet.open(
            StorageLocation(store: store, uri: try StorageURI("memory://tests/poorer/")))
        await #expect(
            throws: TransactionError.missingColumn(name: "terminal_id", available: poorer.schema.names)
        ) { try await score(model, dataSet) }
    }
}
