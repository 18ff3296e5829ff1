import Foundation
import TestSupport
import Testing
import Tracking

/// The filter language's meaning is MLflow's own: random filters and orders over random runs find the same runs in the
/// same order, and what MLflow refuses is refused.
@Suite struct FilterAgainstMLflowTests {
    struct Query: Codable {
        var filter: String
        var order: [String]
        var view: String
    }

    static let refused = [
        "metrics.a", "metrics.a >", "metrics.a > 'x'", "metrics.a LIKE 'x'", "metrics.a = 1 or metrics.b = 1",
        "(metrics.a > 1)", "params.p = 1", "params.p > 'x'", "params.p = x", "tags.t IN ('a')",
        "status IN ('FINISHED')",
        "start_time = 'x'", "attributes.nothing = 'x'", "foo.bar = 'x'", "name = 'x'", "metrics.a == 1",
        "metrics.a > 1; DROP TABLE runs", "params.p = 'x", "metrics.a IS NULL", "run_id IN ()",
        "run_id IN (1)", "datasets.size = 'x'", "status IS NULL", "params.p NOT LIKE 'x'",
        "params.p = 'x' -- y", "1 = 1", "'a' = 'a'", "params.p = NULL", "params.p <> 'x'",
    ]

    @Test(.needs(.mlflowPython), arguments: Backend.allCases)
    func findsWhatMLflowFinds(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let location = try await backend.location(in: folder)
        let client = try await backend.open(location, in: folder)
        let uri = location.replacing("postgresql:", with: "postgresql+psycopg:")
        let experiments = try await Self.fill(client)
        var generator = SeededGenerator(seed: 20)
        var queries = (0..<300).map { _ in Self.query(&generator) }
        queries += Self.refused.map { Query(filter: $0, order: [], view: "ACTIVE_ONLY") }
        let input = folder.path("queries.json")
        try JSONEncoder().encode(queries).write(to: URL(filePath: input))
        let expected = try await MLflowOracle.json(
            [[String]?].self, Self.python, [uri, input, experiments.joined(separator: ",")])

        var found = 0
        for (query, expected) in zip(queries, expected) {
            let views: [String: LifecycleView] = ["ACTIVE_ONLY": .active, "DELETED_ONLY": .deleted, "ALL": .all]
            let search = client.runs(
                inExperiments: experiments, matching: SearchFilter(query.filter), orderBy: query.order,
                view: views[query.view] ?? .all, fields: [], pageSize: 37)
            if let expected {
                let ours = try? await search.all().map(\.id)
                #expect(ours == expected, "\(query)")
                found += ours?.isEmpty == false ? 1 : 0
            } else {
                await expect(.invalidValue, "\(query)") { _ = try await search.all() }
            }
        }
        #expect(expected.prefix(300).allSatisfy { $0 != nil })
        // Filters that find nothing would prove little.
        #expect(found > 150)
    }

    static let texts = ["a", "b", "A", "aB", "a_b", "axb", "50%", "it's", "\u{00e9}", "🦊", "", "1", "a\\b", "x--y"]

    private static func fill(_ client: TrackingClient) async throws -> [String] {
        var generator = SeededGenerator(seed: 3)
        var ids: [String] = []
        let name = UniqueNames()
        for experimentIndex in 0..<2 {
            let experiment = try await client.experiment(named: name("e\(experimentIndex)"))
            ids.append(experiment.id)
            for _ in 0..<40 {
                let name = texts[Int.random(in: 0..<texts.count, using: &generator)]
                let run = try await experiment.startRun(
                    name: name.isEmpty ? "n" : name,
                    startTime: Timestamp(millisecondsSince1970: .random(in: 0..<6, using: &generator)))
                var metrics: [Metric] = []
                for key in ["a", "b", "c/d e"] where Bool.random(using: &generator) {
                    let values: [Double] = [.nan, -1, 0, 0.5, 1, 1e300, .infinity, -.infinity]
                    metrics.append(
                        Metric(
                            key: key, value: values[Int.random(in: 0..<values.count, using: &generator)], timestamp: 1))
                }
                try await run.log(metrics)
                for key in ["p", "q.r", "s t"] where Bool.random(using: &generator) {
                    try await run.log(parameter: key, texts[Int.random(in: 0..<texts.count, using: &generator)])
                }
                for key in ["t", "u-v"] where Bool.random(using: &generator) {
                    try await run.setTag(key, texts[Int.random(in: 0..<texts.count, using: &generator)])
                }
                if Int.random(in: 0..<3, using: &generator) > 0 {
                    try await run.end(
                        Bool.random(using: &generator) ? .finished : .failed,
                        endTime: Timestamp(millisecondsSince1970: .random(in: 6..<9, using: &generator)))
                }
                if Int.random(in: 0..<6, using: &generator) == 0 { try await run.delete() }
            }
        }
        return ids
    }

    private static func query(_ generator: inout SeededGenerator) -> Query {
        func pick<Element>(_ from: [Element]) -> Element { from[Int.random(in: 0..<from.count, using: &generator)] }
        func quoted(_ text: String) -> String {
            text.contains("'") || pick([false, false, true]) ? "\"\(text)\"" : "'\(text)'"
        }
        func pattern() -> String {
            pick([pick(texts), "%\(pick(texts))", "\(pick(texts))%", "_", "a_b", "%", "a%b", "%\(pick(texts))%"])
        }
        func condition() -> String {
            let comparator = pick(["=", "!=", "LIKE", "ILIKE", "like", "iLike"])
            let value = quoted(comparator.uppercased().hasSuffix("LIKE") ? pattern() : pick(texts))
            switch Int.random(in: 0..<11, using: &generator) {
            case 0...2:
                let key = pick(["a", "b", "`c/d e`", "\"c/d e\"", "none"])
                let number = pick(["0", "-1", "0.5", "1", "1e300", "-0.25", "1E-3", "1.7976931348623157e308"])
                return "\(pick(["metrics", "metric"])).\(key) \(pick(["=", "!=", "<", "<=", ">", ">="])) \(number)"
            case 3, 4:
                return
                    "\(pick(["params", "param", "parameter"])).\(pick(["p", "q.r", "`q.r`", "`s t`"])) \(comparator) \(value)"
            case 5: return "\(pick(["tags", "tag"])).\(pick(["t", "`u-v`", "mlflow.runName"])) \(comparator) \(value)"
            case 6:
                return
                    "\(pick(["params.p", "tags.t", "tags.`u-v`", "params.none"])) \(pick(["IS NULL", "IS NOT NULL", "is null"]))"
            case 7:
                return pick([
                    "status \(pick(["=", "!="])) 'FINISHED'", "attributes.status LIKE '%ED'",
                    "attr.status ILIKE 'run%'",
                    "run_name \(comparator) \(value)", "attributes.`run name` \(comparator) \(value)",
                    "artifact_uri LIKE '%artifacts'", "user_id = ''",
                ])
            case 8:
                let field = pick(["start_time", "attributes.start_time", "end_time", "created", "run.Created"])
                return
                    "\(field) \(pick(["=", "!=", "<", "<=", ">", ">="])) \(Int.random(in: -1..<9, using: &generator))"
            case 9:
                let field = "\(pick(["datasets", "dataset"])).\(pick(["name", "digest", "context"]))"
                return pick([
                    "\(field) \(comparator) \(value)", "\(field) IN ('a', 'train')", "\(field) NOT IN (\"b\", 'test')",
                    "\(field) LIKE '%a%'",
                ])
            default: return "run_id \(pick(["IN", "NOT IN", "in", "not in"])) ('x', \"y\")"
            }
        }
        let orders = [
            "metrics.a", "metrics.a ASC", "metrics.b DESC", "metric.`c/d e` desc", "params.p", "params.`s t` DESC",
            "tags.t ASC", "start_time", "attributes.end_time DESC", "status DESC", "run_name", "user_id",
            "created DESC",
        ]
        var order: [String] = []
        for _ in 0..<Int.random(in: 0..<3, using: &generator) {
            let next = pick(orders)
            let isTaken = order.contains { $0.prefix(9) == next.prefix(9) }
            let areTimes = order.contains("start_time") || order.contains("created DESC")
            if !isTaken && !(areTimes && (next == "start_time" || next == "created DESC")) { order.append(next) }
        }
        let conditions = (0..<Int.random(in: 0..<4, using: &generator)).map { _ in condition() }
        return Query(
            filter: conditions.joined(separator: pick([" and ", " AND ", "  And\n"])), order: order,
            view: pick(["ACTIVE_ONLY", "ACTIVE_ONLY", "ALL", "DELETED_ONLY"]))
    }

    private static let python = #"""
        import json, logging, os, sys
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        logging.disable(logging.CRITICAL)
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from mlflow.entities import ViewType
        client = MlflowClient(sys.argv[1])
        from mlflow.entities import Dataset, DatasetInput, InputTag
        all_runs = client.search_runs(sys.argv[3].split(","), order_by=["attributes.run_id"])
        for i, run in enumerate(all_runs):
            inputs = [DatasetInput(Dataset("aAb1"[(i + j) % 4], "d" + "ab"[j % 2], "local", "{}"),
                                   [InputTag("mlflow.data.context", ["train", "test"][(i + j) % 2])] if i % 5 else [])
                      for j in range(i % 3)]
            if inputs: client.log_inputs(run.info.run_id, inputs)
        results = []
        for q in json.load(open(sys.argv[2])):
            try:
                runs = client.search_runs(
                    sys.argv[3].split(","), q["filter"], ViewType.from_string(q["view"].lower()), 1000, q["order"])
                results.append([r.info.run_id for r in runs])
            except MlflowException as e:
                results.append(None)
        print(json.dumps(results))
        """#
}
