import Features
import Foundation
import TestSupport
import Testing

/// What `Documentation/FeaturePlans.md` and the published JSON Schema say.
@Suite struct FeaturePlanGuideTests {
    private static func guide() throws -> String {
        try String(contentsOf: Oracle.packageRoot.appending(path: "Documentation/FeaturePlans.md"), encoding: .utf8)
    }

    private static func examples() throws -> [String] {
        try guide().components(separatedBy: "```json\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first.map { $0 + "\n" }
        }
    }

    @Test func theExampleIsAPlanAsItIsWritten() throws {
        let examples = try Self.examples()
        #expect(examples.count == 1)
        for example in examples {
            let plan = try FeaturePlan(json: Array(example.utf8))
            try plan.validate(for: PlanExamples.schema)
            #expect(String(decoding: plan.json, as: UTF8.self) == example)
            let kinds = Set(plan.features.map(\.kind.name))
            #expect(Set(FeatureKind.Name.allCases).subtracting(kinds) == [.custom, .distanceFromPrevious])
        }
    }

    @Test func theGuideNamesEverything() throws {
        let guide = try Self.guide()
        let names =
            FeatureKind.Name.allCases.map(\.rawValue) + WindowAggregate.Function.allCases.map(\.rawValue)
            + CalendarPart.allCases.map(\.rawValue) + FeaturePlan.builtInNames
        for name in names { #expect(guide.contains("`\(name)`"), "\(name)") }
    }

    /// The published JSON Schema accepts what is written, and refuses what is refused.
    @Test(.needs(.python)) func thePublishedJSONSchemaAgrees() throws {
        var generator = SeededGenerator(seed: 4)
        let plans =
            try [.basic, .windows(), .extended(for: PlanExamples.schema)] + (0..<20).map { _ in generator.plan() }
        let valid =
            try Self.examples() + [PlanExamples.everything] + plans.map { String(decoding: $0.json, as: UTF8.self) }
        let invalid =
            [
                #"{"version": 2, "name": "p", "features": []}"#, #"{"version": 1, "features": []}"#,
                #"{"version": 1, "name": "p", "features": []}"#,
            ]
            + [
                #"{"name": "a"}"#, #"{"name": "", "kind": "calendar", "part": "hour"}"#,
                #"{"name": "a", "kind": "calendar"}"#, #"{"name": "a", "kind": "calendar", "part": "year"}"#,
                #"{"name": "a", "kind": "calendar", "part": "hour", "keys": []}"#,
                #"{"name": "a", "kind": "expression"}"#,
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": []}"#,
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": [], "window": "7 days"}"#,
                #"{"name": "a", "kind": "aggregate", "function": "count", "keys": ["a", "a"], "window": "7d"}"#,
                #"{"name": "a", "kind": "aggregate", "function": "count", "column": "b", "keys": [], "window": "7d"}"#,
                #"{"name": "a", "kind": "aggregate", "function": "sum", "keys": [], "window": "7d"}"#,
                #"{"name": "a", "kind": "aggregate", "function": "distinct", "column": "b", "keys": [], "window": "7d", "tile": "1d"}"#,
                #"{"name": "a", "kind": "is_first"}"#, #"{"name": "a", "kind": "distance", "from": "b"}"#,
                #"{"name": "a", "kind": "category", "column": "b", "values": ["c", "c"]}"#,
                #"{"name": "a", "kind": "custom", "function": "f", "inputs": [], "settings": {"x": "1"}}"#,
            ].map { #"{"version": 1, "name": "p", "features": [\#($0)]}"# }
        for text in valid { _ = try FeaturePlan(json: Array(text.utf8)) }
        for text in invalid {
            #expect(throws: FeaturePlanError.self, "\(text)") { try FeaturePlan(json: Array(text.utf8)) }
        }
        let path = Oracle.packageRoot.appending(path: "Documentation/Schemas/feature-plan.json")
        let accepted = try Oracle.json(
            [Bool].self,
            """
            import sys, json, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            print(json.dumps([jsonschema.Draft202012Validator(schema).is_valid(json.loads(text)) for text in sys.argv[2:]]))
            """, [path.path(percentEncoded: false)] + valid + invalid)
        #expect(accepted == valid.map { _ in true } + invalid.map { _ in false })
    }
}
