import Columnar
import DataPrep
import Features
import Foundation
import StorageIO
import TestSupport
import Testing

/// Runs over files of a schema's transactions that arrive one after another.
@Suite struct IncrementalTableTests {
    enum Key: String, CaseIterable, Sendable {
        case integers, texts, columns
    }

    private static func schema(_ key: Key) -> TransactionSchema {
        TransactionSchema(
            name: "shops",
            columns: [
                SchemaColumn("nr", key == .integers ? .integer() : .text, role: .id),
                SchemaColumn("time", .timestamp(), role: .time), SchemaColumn("card", .category, role: .key),
                SchemaColumn("amount", .float(), role: .amount),
                SchemaColumn("fraud", .category, role: .label(fraud: ["ja"], genuine: ["nein"])),
            ])
    }

    private static func cleaner(_ key: Key, keyBudget: Int? = nil, hasOutliers: Bool = false) -> TableCleaner {
        var plan = TableCleaningPlan(for: schema(key), maximumDroppedShare: 1)
        if !hasOutliers { plan.setOutliers(.none) }
        if key == .columns { plan.setDuplicates(.columns(["card", "time"])) }
        var options = CleaningOptions()
        options.blockBytes = 4000
        options.keyBudget = keyBudget
        options.waitingBudget = keyBudget
        return TableCleaner(schema: schema(key), plan: plan, options: options)
    }

    /// Files with a third of their ids in several; some rows have none, some amounts are not above 0.
    private static func texts(files: Int, rows: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<files).map { file in
            var text = "nr,time,card,amount,fraud,note\n"
            for row in 0..<rows {
                let own = file * rows + row
                let number =
                    Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 0..<files * rows, using: &random) : own
                let id = number % 17 == 0 ? "" : "\(number)"
                let amount = row % 23 == 5 ? -1 : Double(Int.random(in: 1...9000, using: &random)) / 100
                let time = "2024-05-0\(number % 9 + 1)T0\(number % 10):00:00"
                text += "\(id),\(time),C\(number % 50),\(amount),\(number % 40 == 0 ? "ja" : "nein"),n\(row % 3)\n"
            }
            return text
        }
    }

    /// The whole of a plan without rules that look beyond a run: the same rows, and the same rejects.
    @Test(arguments: Key.allCases, [nil, 0, 20_000])
    func theUnionEqualsOneRun(key: Key, keyBudget: Int?) async throws {
        let fixture = try IncrementalFixture()
        let cleaner = Self.cleaner(key, keyBudget: keyBudget)
        let texts = Self.texts(files: 7, rows: 200, seed: 3)
        var last: CleaningReport?
        for (number, text) in texts.enumerated() {
            try await fixture.add(text, "\(number).csv")
            guard number % 2 == 0 else { continue }
            let report = try await IncrementalTableCleaner(cleaner).clean(
                fixture.input, to: fixture.output, rejects: fixture.rejects)
            #expect(report.rowsRead - report.rowsKept == report.rules.reduce(0) { $0 + $1.rows })
            last = report
        }
        let other = InMemoryObjectStore(name: "one")
        let output = StorageLocation(store: other, uri: try StorageURI("memory://one/clean.parquet"))
        let rejects = StorageLocation(store: other, uri: try StorageURI("memory://one/rejects.parquet"))
        let expected = try await cleaner.clean(
            try await DataFiles.find(fixture.input), to: .location(output), rejects: rejects)
        #expect(try await fixture.rows() == IncrementalFixture.rows(output))
        #expect(
            try await IncrementalFixture.rows(fixture.rejects).rowCount == IncrementalFixture.rows(rejects).rowCount)
        #expect(expected[.duplicate].rows > 150 && expected[.nonPositiveAmount].rows > 20)
        let increment = try #require(last?.increment)
        #expect(increment.action == .appended && increment.files == 7 && increment.dataFiles.count == 4)
        #expect(increment.totalRowsRead == expected.rowsRead && increment.totalRowsKept == expected.rowsKept)
        for total in increment.totalDropped { #expect(total.rows == expected[total.rule].rows, "\(total.rule)") }

        let unchanged = try await IncrementalTableCleaner(cleaner).clean(fixture.input, to: fixture.output)
        #expect(unchanged.increment?.action == .unchanged && unchanged.tablePlan == cleaner.plan)
        #expect(unchanged.increment?.totalRowsKept == expected.rowsKept)
    }

    @Test func theFirstRunsFencesStay() async throws {
        let fixture = try IncrementalFixture()
        let cleaner = IncrementalTableCleaner(Self.cleaner(.texts, hasOutliers: true))
        let texts = Self.texts(files: 2, rows: 300, seed: 4)
        try await fixture.add(texts[0], "0.csv")
        let first = try await cleaner.clean(fixture.input, to: fixture.output)
        // The second file's amounts are a hundred thousand times as high, and would have other fences.
        let high = texts[1].split(separator: "\n").enumerated().map { index, line in
            var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if index > 0, let amount = Double(fields[3]) { fields[3] = "\(amount * 100_000)" }
            return fields.joined(separator: ",")
        }
        try await fixture.add(high.joined(separator: "\n") + "\n", "1.csv")
        let second = try await cleaner.clean(fixture.input, to: fixture.output)
        #expect(second.increment?.fences == first.increment?.fences && first.increment?.fences?.upper != nil)
        #expect(second[.amountOutlier].rows > 100)
        let again = try await cleaner.clean(fixture.input, to: fixture.output, mode: .refitFences)
        #expect(again.increment?.action == .rebuilt && again.increment?.fences != first.increment?.fences)
    }

    /// Neither another plan, another schema nor the cleaner of the nine columns may add to a data set.
    @Test func anotherPlanOrSchemaIsRefused() async throws {
        let fixture = try IncrementalFixture()
        try await fixture.add(Self.texts(files: 1, rows: 50, seed: 5)[0], "0.csv")
        let cleaner = Self.cleaner(.texts)
        _ = try await IncrementalTableCleaner(cleaner).clean(fixture.input, to: fixture.output)
        let state = try await fixture.store.read(ObjectKey("clean/_incremental/state.json"))
        // Earlier versions of this program take no state of a schema for one of the nine columns.
        #expect(String(decoding: state, as: UTF8.self).contains("\"version\" : 2"))
        let before = try await fixture.objects()

        var otherPlan = cleaner
        otherPlan.plan.checks.removeAll { $0.rule == .nonPositiveAmount }
        var otherSchema = cleaner
        otherSchema.schema.columns[2].spellings.append("karte")
        for (other, word) in [(otherPlan, "rules"), (otherSchema, "another schema")] {
            let error = try await #require(throws: IncrementalCleaningError.self) {
                _ = try await IncrementalTableCleaner(other).clean(fixture.input, to: fixture.output)
            }
            guard case .changedPlan(_, let difference) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(difference.contains(word))
        }
        let error = try await #require(throws: IncrementalCleaningError.self) { try await fixture.clean() }
        #expect("\(error)".contains("by a schema, now as the nine columns"))
        #expect(try await fixture.objects() == before)

        let rebuilt = try await IncrementalTableCleaner(otherPlan).clean(
            fixture.input, to: fixture.output, mode: .rebuild)
        #expect(rebuilt.increment?.action == .rebuilt && rebuilt.tablePlan == otherPlan.plan)
    }

    /// Whatever operation a run dies at, the data set is that before it or that after it, and the next run completes it.
    @Test func aKilledRunHasNoEffectOrAll() async throws {
        let texts = Self.texts(files: 2, rows: 60, seed: 6)
        let cleaner = IncrementalTableCleaner(Self.cleaner(.texts))
        func begin() async throws -> IncrementalFixture {
            let fixture = try IncrementalFixture()
            try await fixture.add(texts[0], "0.csv")
            _ = try await cleaner.clean(fixture.input, to: fixture.output)
            try await fixture.add(texts[1], "1.csv")
            return fixture
        }
        let whole = try await begin()
        let before = try await whole.rows()
        whole.set(.fair)
        _ = try await cleaner.clean(whole.input, to: whole.output)
        let operations = whole.operations
        let after = try await whole.rows()
        #expect(operations > 10 && before.rowCount < after.rowCount)
        for last in stride(from: 1, to: operations, by: 2) {
            let fixture = try await begin()
            fixture.set(.death(after: last))
            let ends = (try? await cleaner.clean(fixture.input, to: fixture.output)) != nil
            fixture.set(.fair)
            let seen = try await fixture.rows()
            #expect(ends ? seen == after : seen == before || seen == after, "\(last)")
            _ = try await cleaner.clean(fixture.input, to: fixture.output)
            #expect(try await fixture.rows() == after, "\(last)")
        }
    }
}
