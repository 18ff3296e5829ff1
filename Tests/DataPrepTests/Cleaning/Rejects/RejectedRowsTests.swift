import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Every dropped row is written, with its text as it stands in the input.
@Suite struct RejectedRowsTests {
    private struct Rejects {
        var file: [String], line: [Int64], rule: [String], column: [String?], label: [Int32?], text: [String]

        init(_ batch: RecordBatch) throws {
            func texts(_ name: String) throws -> [String?] {
                let column = try batch.column(name)
                guard case .bytes(let values) = column.storage else { return [] }
                return (0..<batch.rowCount).map {
                    column.isNull($0) ? nil : String(decoding: values[$0], as: UTF8.self)
                }
            }
            file = try texts("file").map { $0 ?? "" }
            rule = try texts("rule").map { $0 ?? "" }
            column = try texts("column")
            text = try texts("raw_text").map { $0 ?? "" }
            let lines = try batch.column("line"), labels = try batch.column("tx_fraud")
            line = try lines.int64Values()
            let values = try labels.int32Values()
            label = (0..<batch.rowCount).map { labels.isNull($0) ? nil : values[$0] }
        }
    }

    private func clean(
        _ inputs: [any RandomAccessInput], plan: CleaningPlan = IncrementalFixture.plan,
        options: CleaningOptions = CleaningOptions()
    ) async throws -> (report: CleaningReport, rejects: Rejects) {
        let store = InMemoryObjectStore(name: "r")
        let location = StorageLocation(store: store, uri: try StorageURI("memory://r/rejects.parquet"))
        let report: CleaningReport
        do {
            report = try await Cleaner(plan: plan, options: options).clean(
                inputs, to: .file(ObjectKey("clean.parquet"), in: store), rejects: location)
        } catch CleaningError.droppedTooMuch(let refused) {
            report = refused
        }
        #expect(report.rejects == ["memory://r/rejects.parquet"])
        let batch = try await IncrementalFixture.rows(location)
        #expect(batch.schema.names == RejectedRows.schema.names)
        let rejects = try Rejects(batch)
        for outcome in report.rules {
            let rows = rejects.rule.indices.filter { rejects.rule[$0] == outcome.rule.rawValue }
            #expect(rows.count == outcome.rows, "\(outcome.rule)")
            #expect(rows.count { rejects.label[$0] == 1 } == outcome.frauds, "\(outcome.rule)")
            for (sample, row) in zip(outcome.samples, rows) {
                #expect(sample.input == rejects.file[row] && sample.line == Int(rejects.line[row]))
                #expect(sample.column == rejects.column[row])
            }
        }
        return (report, rejects)
    }

    @Test func everyRowThatWasDroppedIsThere() async throws {
        let texts = IncrementalFixture.texts(files: 3, rows: 700, seed: 5)
        for (block, budget) in [(1 << 20, nil), (4000, 0), (37, 0), (2500, 30_000)] as [(Int, Int?)] {
            var options = CleaningOptions()
            options.blockBytes = block
            (options.keyBudget, options.waitingBudget) = (budget, budget)
            let inputs = texts.enumerated().map { InMemoryInput(Array($1.utf8), name: "\($0).txt") }
            for duplicates in [CleaningPlan.DuplicateKey.transactionID, .wholeRow] {
                let plan = CleaningPlan(duplicates: duplicates, maximumDroppedShare: 1)
                let (report, rejects) = try await clean(inputs, plan: plan, options: options)
                #expect(report.rules.allSatisfy { $0.rows > 0 || $0.rule == .duplicate })
                let locations = rejects.file.indices.map { (rejects.file[$0], rejects.line[$0]) }
                #expect(zip(locations, locations.dropFirst()).allSatisfy { $0.0 < $1.0 || $0.0 == $1.0 && $0.1 < $1.1 })
                let lines = texts.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
                for (location, text) in zip(locations, rejects.text) {
                    let file = try #require(Int(location.0.prefix(1)))
                    #expect(text == lines[file][Int(location.1) - 1])
                }
            }
        }
    }

    @Test func labelsAreThoseThatCanBeRead() async throws {
        let row = "1,2019-08-22 00:00:31,5,7,Err,31,0,LABEL,0\n"
        for (label, value) in [("1", 1), ("0", 0), ("true", 1), ("7", 7), ("", nil), ("x", nil), ("99999999999", nil)]
            as [(String, Int32?)]
        {
            let text = CleanerTests.header + row.replacing("LABEL", with: label) + "1,2,3\n" + CleanerTests.row(2)
            let (_, rejects) = try await clean([InMemoryInput(Array(text.utf8), name: "t")])
            #expect(rejects.label == [value, nil])
            #expect(rejects.column == ["tx_amount", nil])
        }
    }

    @Test(.needs(.python)) func endsOfLinesAndCompression() async throws {
        let body = "1,x\n\nbad,\"quoted,row\n" + CleanerTests.row(1) + CleanerTests.row(1) + "3,4"
        for end in ["\n", "\r\n", "\r"] {
            let text = (CleanerTests.header + body).replacing("\n", with: end)
            let (_, rejects) = try await clean([InMemoryInput(Array(text.utf8), name: "t")])
            #expect(rejects.line == [2, 4, 6, 7])
            #expect(
                rejects.text == [
                    "1,x", "bad,\"quoted,row", String(CleanerTests.row(1).dropLast()), "3,4",
                ])
        }
        let folder = try TemporaryFolder()
        try Data((CleanerTests.header + body).utf8).write(to: folder.url.appending(path: "t"))
        try Oracle.run(
            "import sys, gzip\nopen(sys.argv[1] + '.gz', 'wb').write(gzip.compress(open(sys.argv[1], 'rb').read()))",
            [folder.path("t")])
        let packed = Array(try Data(contentsOf: folder.url.appending(path: "t.gz")))
        #expect(try await clean([InMemoryInput(packed, name: "t.gz")]).rejects.line == [2, 4, 6, 7])
    }

    @Test func longAndUnreadableText() async throws {
        let long = String(repeating: "é", count: 40_000)
        var bytes = Array((CleanerTests.header + CleanerTests.row(1) + long + "\n").utf8)
        bytes += [0x31, 0xFF, 0xFE, 0x2C, 0x32, 0x0A]
        let (_, rejects) = try await clean([InMemoryInput(bytes, name: "t")])
        #expect(rejects.text.first?.utf8.count == RejectedRows.rawTextLimit)
        #expect(rejects.text.first.map { long.hasPrefix($0) } == true)
        #expect(rejects.text.last == "1\u{FFFD}\u{FFFD},2")
    }

    @Test func rowsOfParquetFilesAreLinesOfText() async throws {
        let store = InMemoryObjectStore()
        let names = TransactionColumn.allCases.map(\.name)
        let writer = ParquetWriter(
            to: try await store.write(ObjectKey("t.parquet")),
            schema: try Schema(names.map { Field($0, .string) }))
        let good = ["1", "2019-08-22 00:00:31", "5", "7", "1.5", "31", "0", "0", "0"]
        var bad = good
        bad[4] = "1,5"
        let rows = [good, bad, good]
        try await writer.write(
            try RecordBatch(names.enumerated().map { index, name in (name, .string(rows.map { $0[index] })) }))
        try await writer.finish()
        let input = try await StoredObjectInput(store: store, key: ObjectKey("t.parquet"))
        let (_, rejects) = try await clean([input])
        #expect(rejects.rule == ["invalid", "duplicate"] && rejects.line == [2, 3])
        #expect(rejects.text == ["1,2019-08-22 00:00:31,5,7,\"1,5\",31,0,0,0", good.joined(separator: ",")])
    }

    @Test func aRefusedRunTellsAllItDropped() async throws {
        let text = CleanerTests.header + (0..<100).map { CleanerTests.row($0, amount: "x") }.joined()
        let (report, rejects) = try await clean(
            [InMemoryInput(Array(text.utf8), name: "t")], plan: CleaningPlan(maximumDroppedShare: 0.5))
        #expect(report.outputs.isEmpty && rejects.line.count == 100)
    }

    @Test func asText() async throws {
        let store = InMemoryObjectStore(name: "r")
        let location = StorageLocation(store: store, uri: try StorageURI("memory://r/rejects.csv"))
        let text = CleanerTests.header + CleanerTests.row(1) + "1,2\n"
        _ = try await Cleaner(plan: IncrementalFixture.plan).clean(
            [InMemoryInput(Array(text.utf8), name: "t")], to: .file(ObjectKey("clean.parquet"), in: store),
            rejects: location)
        let written = String(decoding: try await store.read(location.key()), as: UTF8.self)
        #expect(written == "file,line,rule,column,tx_fraud,raw_text\nt,3,malformed,,,\"1,2\"\n")
    }
}
