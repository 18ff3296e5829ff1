import Features
import Foundation
import TestSupport
import Testing

@Suite struct FeaturePlanJSONTests {
    private func plan(_ text: String) throws -> FeaturePlan { try FeaturePlan(json: Array(text.utf8)) }

    /// A plan of these features.
    private func plan(features: String) throws -> FeaturePlan {
        try plan(#"{"version": 1, "name": "p", "features": [\#(features)]}"#)
    }

    @Test func everyMemberIsReadAndWritten() throws {
        let read = try plan(PlanExamples.everything)
        #expect(String(decoding: read.json, as: UTF8.self) == PlanExamples.everything)
        #expect(Set(read.features.map(\.kind.name)) == Set(FeatureKind.Name.allCases))
        #expect(read["log"]?.isOutput == false && read["log"]?.meaning == "logarithm")
        #expect(
            read["risk"]?.kind
                == .aggregate(
                    WindowAggregate(
                        .fraudShare, keys: ["card", "shop"], window: .days(30), delay: .days(7), tile: .days(1))))
        #expect(read["since"]?.kind == .timeSincePrevious(HistoryScope(keys: ["card"], within: .days(90))))
        #expect(
            read["own"]?.kind
                == .custom(
                    CustomFeature("decay", inputs: ["amount", "log"], settings: ["base": 2, "half_life": 0.5])))
        try read.validate(for: PlanExamples.schema, custom: ["decay"])
    }

    @Test func defaultsMayBeLeftOutAndAreNotWritten() throws {
        let read = try plan(
            features: """
                {"name": "a", "kind": "aggregate", "function": "count", "keys": ["k"], "window": "1d", "delay": "0d", "includes_current": true, "output": true},
                {"name": "b", "kind": "aggregate", "function": "count", "keys": ["k"], "window": "1d", "delay": "1d", "includes_current": false}
                """)
        #expect(
            read.features == [
                FeatureDeclaration("a", .aggregate(WindowAggregate(.count, keys: ["k"], window: .days(1)))),
                FeatureDeclaration(
                    "b", .aggregate(WindowAggregate(.count, keys: ["k"], window: .days(1), delay: .days(1)))),
            ])
        let written = String(decoding: read.json, as: UTF8.self)
        #expect(!written.contains("includes_current") && !written.contains("output") && !written.contains("0d"))
    }

    @Test func randomPlansAreReadBackAsTheyWere() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let plan = generator.plan()
            try plan.validate(for: PlanExamples.schema, custom: ["decay"])
            let read = try FeaturePlan(json: plan.json)
            #expect(read == plan)
            #expect(read.json == plan.json)
            #expect(try JSONDecoder().decode(FeaturePlan.self, from: JSONEncoder().encode(plan)) == plan)
        }
    }

    @Test func plansArePartsOfOtherDocuments() throws {
        let json = try JSONEncoder().encode(["plan": FeaturePlan.windows()])
        #expect(try JSONDecoder().decode([String: FeaturePlan].self, from: json) == ["plan": .windows()])
        #expect(throws: FeaturePlanError.unsupportedVersion("2")) {
            try JSONDecoder().decode([FeaturePlan].self, from: Data(#"[{"version": 2}]"#.utf8))
        }
    }

    @Test func aByteOrderMarkIsSkipped() throws {
        #expect(try plan("\u{FEFF}" + PlanExamples.everything) == plan(PlanExamples.everything))
    }

    @Test(
        arguments: [
            (#"{"version": 2, "anything": 1}"#, FeaturePlanError.unsupportedVersion("2")),
            (#"{"version": "1"}"#, .invalidMember(path: "version", value: "'1'", expected: "a whole number")),
            (#"{"name": "p"}"#, .missingMember(path: "version")),
            (#"{"version": 1, "features": []}"#, .missingMember(path: "name")),
            (#"{"version": 1, "name": "p"}"#, .missingMember(path: "features")),
            (#"{"version": 1, "version": 1}"#, .repeatedMember(path: "version")),
            (
                #"{"version": 1, "name": "p", "features": {}}"#,
                .invalidMember(path: "features", value: "an object", expected: "a list in brackets")
            ),
            ("[]", .invalidMember(path: "the plan", value: "a list", expected: "an object in braces")),
            (#"{"version": 1, "name": "p", "features": []}"#, .noOutputs),
        ])
    func documentsThatAreNoPlans(text: String, error: FeaturePlanError) {
        #expect(throws: error) { try plan(text) }
    }

    @Test(
        arguments: [
            (#"{"kind": "calendar"}"#, "'features[0].name' is missing"),
            (#"{"name": "a"}"#, "'features[0].kind' is missing"),
            (#"{"name": "a", "kind": "agregate"}"#, "did you mean 'aggregate'?"),
            (#"{"name": "a", "kind": "calendar"}"#, "'features[0].part' is missing"),
            (#"{"name": "a", "kind": "calendar", "part": "hours"}"#, "did you mean 'hour'?"),
            (#"{"name": "a", "kind": "calendar", "prat": "hour", "part": "hour"}"#, "did you mean 'part'?"),
            (
                #"{"name": "a", "kind": "calendar", "part": "hour", "keys": []}"#,
                "'features[0].keys' is no member of a plan here"
            ),
            (#"{"name": "a", "kind": "expression"}"#, "'features[0].expression' is missing"),
            (#"{"name": "a", "kind": "aggregate", "function": "avg"}"#, "expected one of count, sum, mean"),
            (#"{"name": "a", "kind": "aggregate", "function": "count"}"#, "'features[0].keys' is missing"),
            (
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": []}"#,
                "'features[0].window' is missing"
            ),
            (
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": [], "window": "7 days"}"#,
                "features[0].window is '7 days', expected a length of at most 3650d"
            ),
            (
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": "k", "window": "7d"}"#,
                "features[0].keys is 'k', expected a list of texts"
            ),
            (
                #"{"name": "a", "kind": "calendar", "part": "hour", "output": 1}"#,
                "features[0].output is '1', expected true or false"
            ),
            (
                #"{"name": "a", "kind": "custom", "function": "f", "inputs": [], "settings": {"x": "1"}}"#,
                "features[0].settings.x is '1', expected a number that is finite"
            ),
            (
                #"{"name": "a", "kind": "custom", "function": "f", "inputs": [], "settings": {"x": 1, "x": 2}}"#,
                "'features[0].settings.x' is given twice"
            ),
            (#"{"name": "a", "kind": "category", "column": "c", "values": [1]}"#, "features[0].values[0] is '1'"),
        ])
    func featuresWithWrongMembersSayWhatIsExpected(feature: String, message: String) {
        let error = #expect(throws: FeaturePlanError.self) { try plan(features: feature) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.contains("\n") == false)
    }

    @Test func errorsNameTheFile() {
        let error = #expect(throws: FeaturePlanError.self) { try FeaturePlan(json: Array("{".utf8), file: "a.json") }
        #expect(error?.description == "a.json: no JSON: expected a name in quotes (byte 1)")
    }

    @Test func damagedDocumentsAreReadOrRefused() {
        var generator = SeededGenerator(seed: 5)
        let bytes = Array(PlanExamples.everything.utf8)
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: damaged.indices, using: &generator)
                if Bool.random(using: &generator) {
                    damaged[index] = bytes.randomElement(using: &generator) ?? 0
                } else {
                    damaged.remove(at: index)
                }
            }
            do {
                let plan = try FeaturePlan(json: damaged)
                #expect(try FeaturePlan(json: plan.json) == plan)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
