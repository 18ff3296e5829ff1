import TestSupport
import Testing
import Tracking

@Suite struct SearchFilterTests {
    @Test func interpolatedValuesNeverBecomeLanguage() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("mlflow.db"))")
        let experiment = try await client.experiment(named: "e")
        let values = [
            "x' or '1'='1", "'; DROP TABLE runs; --", "\"'`", "\\'", "a' and params.q = 'b", "%", "🦊", "\u{202e}'", "",
            "1) UNION SELECT 1 --",
        ]
        for value in values { try await experiment.startRun(name: "n").log(parameter: "p", value) }
        for value in values {
            let found = try await experiment.runs(matching: "params.p = \(value)").all()
            #expect(found.map { $0.parameters["p"] } == [value])
            #expect(try await experiment.runs(matching: "params.p != \(value)").all().count == values.count - 1)
        }
        let (low, high) = (0.25, 3)
        #expect(try await experiment.runs(matching: "metrics.m > \(low) and start_time >= \(high)").all().isEmpty)
        await expect(.invalidValue) { _ = try await experiment.runs(matching: "metrics.m > \(Double.nan)").all() }
        await expect(.invalidValue) { _ = try await experiment.runs(matching: "params.p = '\(values[0])'").all() }
        #expect(try await client.experiments(matching: "name = \("e' or name != '")").all().isEmpty)
        try await client.close()
    }

    @Test(arguments: [
        ("metrics.a >", "filter: ends where a value is expected"),
        ("metrics.a > 'x'", "filter, column 13: expected a number, found ''x''"),
        (
            "metrics.a > 1 or metrics.b > 2",
            "filter, column 15: expected 'and', found 'or'; conditions can be joined by 'and' only"
        ),
        ("params.p = 'x", "filter, column 12: the quote ' is not closed"),
        ("status IS NULL", "filter, column 8: 'status' cannot be compared by IS NULL"),
        ("colour = 'red'", "filter, column 1: 'colour' is not an attribute; there are "),
    ])
    func mistakesAreNamedWithTheirPosition(_ filter: String, _ message: String) async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("mlflow.db"))")
        do {
            _ = try await client.runs(inExperiments: nil, matching: SearchFilter(filter)).page()
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.description.hasPrefix(message), "\(error)")
        }
        try await client.close()
    }

    /// Whatever the text, it is refused as a filter or it finds runs; it never reaches the database as SQL.
    @Test func noTextGetsThrough() async throws {
        let folder = try TemporaryFolder()
        let client = try await TrackingClient.open("sqlite:///\(folder.path("mlflow.db"))")
        let experiment = try await client.experiment(named: "e")
        let run = try await experiment.startRun(name: "n")
        try await run.log(metric: "a", 1)
        let parts = [
            "metrics", "params", "tags", "datasets", "attributes", ".", "a", "`", "\"", "'", "=", "!=", "<", ">=",
            "LIKE",
            "ILIKE", "IN", "NOT", "IS", "NULL", "and", "or", "(", ")", ",", ";", "--", "/*", "*/", "1", "-", "1e999",
            "0x1",
            "status", "run_id", "start_time", "name", "context", "%", "_", "\\", "\u{0}", "\n", "🦊", "é", "?", ":a",
            "$1", "@",
        ]
        var generator = SeededGenerator(seed: 99)
        var accepted = 0
        for round in 0..<4000 {
            var text = ""
            if round % 3 == 0 {
                text = "metrics.a >= 0 and tags.`mlflow.runName` LIKE 'n'"
                var scalars = Array(text.unicodeScalars)
                for _ in 0..<Int.random(in: 1..<4, using: &generator) {
                    let position = Int.random(in: 0..<scalars.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: scalars.remove(at: position)
                    case 1: scalars.insert(Unicode.Scalar(UInt8.random(in: 0..<128, using: &generator)), at: position)
                    default: scalars[position] = Unicode.Scalar(UInt8.random(in: 0..<255, using: &generator))
                    }
                }
                text = String(String.UnicodeScalarView(scalars))
            } else {
                for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                    text += parts[Int.random(in: 0..<parts.count, using: &generator)]
                    if Bool.random(using: &generator) { text += " " }
                }
            }
            do {
                _ = try await experiment.runs(matching: SearchFilter(text), pageSize: 1).page()
                accepted += 1
            } catch let error as TrackingError {
                #expect(error.code == .invalidValue, "\(text.debugDescription): \(error)")
            }
            do {
                _ = try await experiment.runs(orderBy: [text], pageSize: 1).page()
            } catch let error as TrackingError {
                #expect(error.code == .invalidValue, "\(text.debugDescription): \(error)")
            }
        }
        #expect(accepted > 100)
        let long = Array(repeating: "metrics.a >= 0", count: 200).joined(separator: " and ")
        #expect(try await experiment.runs(matching: SearchFilter(long)).all().count == 1)
        #expect(try await run.record().metrics["a"]?.value == 1)
        try await client.close()
    }
}
