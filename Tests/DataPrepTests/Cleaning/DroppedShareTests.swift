import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// An input that is not the intended one does not replace a good output.
@Suite struct DroppedShareTests {
    private func clean(
        bad: Int, of count: Int, limit: Double = 0.5, row: (Int) -> String
    ) async throws -> (CleaningReport, published: Bool) {
        let store = InMemoryObjectStore()
        let key = try ObjectKey("clean.parquet")
        try await store.put([1, 2, 3], to: key)
        let text =
            CleanerTests.header
            + (0..<count).map { $0 < bad ? row($0) : CleanerTests.row($0) }.joined()
        let report: CleaningReport
        do {
            report = try await Cleaner(plan: CleaningPlan(maximumDroppedShare: limit)).clean(
                [InMemoryInput(Array(text.utf8), name: "t.txt")], to: .file(key, in: store))
        } catch CleaningError.droppedTooMuch(let refused) {
            report = refused
            #expect("\(CleaningError.droppedTooMuch(refused))".contains("nothing was published"))
        }
        let isPublished = try await store.read(key) != [1, 2, 3]
        #expect(report.outputs.isEmpty != isPublished)
        #expect(report.rulesBeyondLimit.isEmpty == isPublished)
        var names: [String] = []
        for try await object in store.list(prefix: "") { names.append(object.key.path) }
        #expect(names == ["clean.parquet"])
        return (report, isPublished)
    }

    @Test func everyRuleHasTheLimit() async throws {
        let rows: [(CleaningRule, (Int) -> String)] = [
            (.malformed, { "\($0),1\n" }), (.missing, { CleanerTests.row($0, amount: "") }),
            (.invalid, { CleanerTests.row($0, amount: "x") }),
            (.unknownCustomer, { CleanerTests.row($0, customer: "-9999") }),
            (.nonPositiveAmount, { CleanerTests.row($0, amount: "0") }), (.duplicate, { _ in CleanerTests.row(99) }),
        ]
        for (rule, row) in rows {
            let over = try await clean(bad: 52, of: 100, row: row)
            #expect(!over.published && over.0.rulesBeyondLimit == [rule] && over.0[rule].rows > 50, "\(rule)")
            #expect(over.0.rowsRead == 100)
            #expect(try await clean(bad: 50, of: 100, row: row).published, "\(rule)")
            #expect(try await clean(bad: 52, of: 100, limit: 1, row: row).published, "\(rule)")
            #expect(try await clean(bad: 9, of: 100, limit: 0.05, row: row).published == false, "\(rule)")
        }
    }

    @Test func nothingLeftIsTooMuchForEveryLimitButOne() async throws {
        let halves: (Int) -> String = { CleanerTests.row($0, amount: $0 % 2 == 0 ? "" : "0") }
        let (report, published) = try await clean(bad: 10, of: 10, limit: 0.9, row: halves)
        #expect(!published && report.rulesBeyondLimit == [.missing, .nonPositiveAmount])
        #expect(try await clean(bad: 10, of: 10, limit: 1, row: halves).published)
    }

    @Test func theMessageShowsOneCutValue() async throws {
        let long = String(repeating: "4111111111111111", count: 50)
        let (report, _) = try await clean(bad: 10, of: 10) { CleanerTests.row($0, amount: "\u{1B}" + long) }
        let message = "\(CleaningError.droppedTooMuch(report))"
        #expect(message.contains("invalid dropped 10 of 10 rows (100 %)") && message.contains("tx_amount is '"))
        #expect(message.utf8.count < 400 && !message.contains("\u{1B}"))
    }

    @Test func thePlanHoldsTheLimit() throws {
        let plan = try CleaningPlan(json: Array(#"{"maximumDroppedShare": 0.25}"#.utf8))
        #expect(plan.maximumDroppedShare == 0.25 && CleaningPlan().maximumDroppedShare == 0.5)
        #expect(try CleaningPlan(json: try plan.json()) == plan)
        for text in ["-0.1", "1.1", "\"half\""] {
            #expect(throws: CleaningError.self) {
                try CleaningPlan(json: Array("{\"maximumDroppedShare\": \(text)}".utf8))
            }
        }
    }
}
