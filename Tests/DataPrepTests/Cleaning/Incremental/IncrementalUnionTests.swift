import Columnar
import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// Any number of runs over files that arrive in any order give what one run over all of them gives.
@Suite struct IncrementalUnionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        /// How far ids lie apart.
        var spread: Int64 = 1
        var keyBudget: Int?
        var testDescription: String { "\(seed) \(spread) \(keyBudget ?? -1)" }
    }

    static let cases =
        (0..<4).map { Case(seed: $0) }
        + [
            // Bitmaps outgrow their budget: ids are sorted in parts.
            Case(seed: 4, spread: 1 << 40, keyBudget: 20_000), Case(seed: 5, spread: 1 << 20, keyBudget: 0),
            Case(seed: 6, keyBudget: 0), Case(seed: 7, spread: -70_001),
            Case(seed: 8, spread: 1 << 50, keyBudget: 100_000),
        ]

    @Test(arguments: cases)
    func theUnionEqualsOneRun(test: Case) async throws {
        var random = SeededGenerator(seed: test.seed)
        let fixture = try IncrementalFixture()
        let texts = IncrementalFixture.texts(files: 7, rows: 300, spread: test.spread, seed: test.seed)
        var options = CleaningOptions()
        options.blockBytes = 4000
        options.keyBudget = test.keyBudget
        options.waitingBudget = test.keyBudget
        var arrived: [String] = []
        var waiting = Array(texts.enumerated()).shuffled(using: &random)[...]
        var last: CleaningReport?
        var dropped: [CleaningRule: Int] = [:]
        while !waiting.isEmpty {
            let some = waiting.prefix(Int.random(in: 1...3, using: &random))
            waiting = waiting.dropFirst(some.count)
            for (number, text) in some { try await fixture.add(text, "\(number).txt") }
            let report = try await fixture.clean(options: options)
            #expect(report.increment?.skipped.map(\.name).sorted() == arrived.map { "memory://s/raw/\($0)" }.sorted())
            arrived += some.map { "\($0.offset).txt" }.sorted()
            #expect(report.rowsRead - report.rowsKept == report.rules.reduce(0) { $0 + $1.rows })
            for outcome in report.rules { dropped[outcome.rule, default: 0] += outcome.rows }
            last = report
        }
        let increment = try #require(last?.increment)
        #expect(increment.fences?.run == 1 && increment.fences?.upper != nil)
        let expected = try await fixture.oneRun(arrived, fences: increment.fences)
        #expect(try await fixture.rows() == expected.rows)
        #expect(try await IncrementalFixture.rows(fixture.rejects) == expected.rejects)
        #expect(expected.report[.duplicate].rows > 100 && expected.report[.amountOutlier].rows > 10)
        #expect(
            increment.totalRowsRead == expected.report.rowsRead && increment.totalRowsKept == expected.report.rowsKept)
        for total in increment.totalDropped {
            #expect(total.rows == expected.report[total.rule].rows && total.rows == dropped[total.rule])
            #expect(total.frauds == expected.report[total.rule].frauds)
        }
        #expect(increment.files == 7 && increment.dataFiles.count == increment.run)
        #expect(try CleaningReport(json: try #require(last).json()) == last)
    }

    @Test func idsOfManyRunsLieInFewFiles() async throws {
        let fixture = try IncrementalFixture()
        for number in 0..<20 {
            let rows = (0..<30).map { CleanerTests.row(number * 30 + $0 * 7 % 31) }.joined()
            try await fixture.add(CleanerTests.header + rows, "\(number + 100).txt")
            try await fixture.clean()
        }
        let files = try await fixture.objects().keys.filter { $0.contains("/ids-") }
        #expect(files.count <= 5, "\(files)")
    }

    @Test func inputsOfAllForms() async throws {
        let fixture = try IncrementalFixture()
        let texts = IncrementalFixture.texts(files: 3, rows: 200, seed: 3)
        // A Parquet file among text is another format, as in any data set; Windows line ends are not.
        try await fixture.add(texts[0], "a.txt")
        try await fixture.clean()
        try await fixture.add(texts[1].replacing("\n", with: "\r\n"), "b.txt")
        try await fixture.clean()
        try await fixture.add(texts[2].replacing(",", with: ";"), "c.txt")
        let report = try await fixture.clean()
        let expected = try await fixture.oneRun(["a.txt", "b.txt", "c.txt"], fences: report.increment?.fences)
        #expect(try await fixture.rows() == expected.rows)
        #expect(try await IncrementalFixture.rows(fixture.rejects) == expected.rejects)
    }
}
