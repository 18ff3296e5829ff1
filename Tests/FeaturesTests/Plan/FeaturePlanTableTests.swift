import Features
import Testing

@Suite struct FeaturePlanTableTests {
    private static let expected: [(String, String, String)] = [
        ("amount", "amount as it is", "EUR"),
        ("log", "logarithm (for other features only)", ""),
        ("hour", "hour of the day, 0 to 23", "h"),
        ("type_of", "position of type among the values of the training data", "position"),
        ("online_of", "position of online among 2 values", "position"),
        (
            "mean",
            "mean of amount over the transactions of the same card where type = 'TRANSFER' in the last 7 days, without this one",
            "as amount"
        ),
        ("count", "number of transactions in the last 90 seconds, this one included", "transactions"),
        (
            "risk",
            "share of known frauds among the transactions of the same card and shop in the 30 days until 7 days ago, in whole tiles of 1 day",
            "share"
        ),
        ("since", "time since the previous transaction of the same card, at most 90 days", "s"),
        (
            "first",
            "1 if there was no transaction of the same card and shop where amount > 1 in the 30 days before, else 0",
            "0 or 1"
        ),
        ("far", "distance between home and shop", "km"),
        (
            "moved", "distance of shop from that of the previous transaction of the same card, at most 90 days ago",
            "km"
        ),
        (
            "speed", "speed from shop of the previous transaction of the same card, at most 1 day ago, to this one",
            "km/h"
        ),
        ("own", "decay of amount, log", ""),
    ]

    @Test func meaningsAndUnitsFollowFromKinds() throws {
        let rows = try FeaturePlan(json: Array(PlanExamples.everything.utf8)).tableRows
        #expect(rows.count == Self.expected.count)
        for (row, expected) in zip(rows, Self.expected) {
            #expect(row.name == expected.0)
            #expect(row.meaning == expected.1)
            #expect(row.unit == expected.2)
        }
    }

    @Test func everyFunctionAndPartIsExplained() {
        for function in WindowAggregate.Function.allCases {
            let column = function.needsColumn ? "amount" : nil
            let feature = FeatureDeclaration(
                "f", .aggregate(WindowAggregate(function, of: column, keys: [], window: .days(1))))
            #expect(feature.describedMeaning.contains("transactions") && !feature.describedUnit.isEmpty)
            #expect(column == nil || feature.describedMeaning.contains("of amount"))
        }
        let parts = CalendarPart.allCases.map { FeatureDeclaration("f", .calendar($0)).describedMeaning }
        #expect(Set(parts).count == parts.count)
    }

    @Test func theTableIsAligned() {
        let plan = FeaturePlan(
            name: "p",
            features: [
                FeatureDeclaration("hour", .calendar(.hour)),
                FeatureDeclaration("longer", .calendar(.isNight), meaning: "a|b\\", unit: ""),
            ])
        #expect(
            plan.table == """
                feature  meaning                   unit
                hour     hour of the day, 0 to 23  h
                longer   a|b\\

                """)
        #expect(
            plan.markdownTable == """
                | feature | meaning | unit |
                | --- | --- | --- |
                | hour | hour of the day, 0 to 23 | h |
                | longer | a\\|b\\\\ |  |

                """)
    }
}
