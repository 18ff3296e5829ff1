import Foundation
import TestSupport
import Testing
import Tracking

/// Values that a server's filter language can hardly hold: found, or refused by name, never read as something else.
@Suite(.needs(.mlflow)) struct ServerFilterTests {
    @Test func valuesNeverBecomePartOfTheLanguage() async throws {
        let client = try await TrackingClient.open(TestServers.mlflow().uri)
        let experiment = try await client.experiment(named: UniqueNames()("e"))
        let values = [
            "' OR 1=1 --", "\"; DROP TABLE runs; --", "it's", "say \"x\"", "a\\", "\\", "x' AND tags.`t` = 'y",
            "a\nb", "🦊'\u{301}", "100%", "a\\'b", "a\\\"b", "", " ", "--", "/* */", "`", "(", "'a", "\"a\\", "é",
        ]
        for (index, value) in values.enumerated() {
            let run = try await experiment.startRun(name: "r\(index)")
            try await run.setTag("t", value)
            try await run.log(parameter: "p", value)
        }
        for (index, value) in values.enumerated() {
            for filter: SearchFilter in [
                "tags.t = \(value)", "params.p = \(value)", "tags.t = \(value) and tags.t != 'q'",
            ] {
                let found = try await experiment.runs(matching: filter).all().map(\.name)
                #expect(found == ["r\(index)"], "\(value.debugDescription)")
            }
            #expect(try await experiment.runs(matching: "tags.t != \(value)").all().count == values.count - 1)
        }
        // Two of them in one filter, both of which end with a backslash.
        #expect(try await experiment.runs(matching: "tags.t = \("a\\") and params.p = \("a\\")").all().count == 1)
        #expect(try await experiment.runs(matching: "tags.t = \("\"a\\") and params.p = 'x'").all().isEmpty)
        try await client.close()
    }

    @Test func whatCannotBeExpressedIsRefusedUnsent() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority)
        let client = try await TrackingClient.open("http://\(proxy.authority)")
        for filter: SearchFilter in [
            "tags.t = \("both ' and \"")", "params.p LIKE \("\"'")", "tags.t = \("'\"\\")",
            "tags.a = \("\\") and tags.b = \("\\") and tags.c = \("\\")",
            "tags.a = \("'\\") and tags.b = \("'\\")",
        ] {
            await expect(.invalidValue, "\(filter)") {
                _ = try await client.runs(inExperiments: ["0"], matching: filter).all()
            }
        }
        await expect(.invalidValue) { _ = try await client.runs(inExperiments: ["0"], matching: "metrics.a >").all() }
        #expect(proxy.counters.requests == 0)
        try await client.close()
    }

    /// Lists have escapes.
    @Test func listsHoldAnyText() async throws {
        let client = try await TrackingClient.open(TestServers.mlflow().uri)
        let name = UniqueNames()
        let models = ["both ' and \"", "back\\", "new\nline", "plain", "é🦊"].map { name($0) }
        for model in models { try await client.models.create(model) }
        for model in models {
            let found = try await client.models.models(matching: "name = \(model)").all().map(\.name)
            #expect(found == [model])
        }
        #expect(try await client.models.latestVersion(of: models[0]) == nil)
        let experiment = try await client.experiment(named: name("e"))
        let run = try await experiment.startRun(name: "r")
        try await run.log(inputs: [DatasetInput(name: "both ' and \"", digest: "d\\", source: "{}", context: "train")])
        #expect(try await experiment.runs(matching: "datasets.name = \("both ' and \"")").all().count == 1)
        #expect(try await experiment.runs(matching: "datasets.name != \("both ' and \"")").all().isEmpty)
        #expect(try await run.record().inputs.first?.context == "train")
        // A server keeps what was said the first time.
        try await run.log(inputs: [DatasetInput(name: "both ' and \"", digest: "d\\", source: "{}", context: "test")])
        #expect(try await run.record().inputs.map(\.context) == ["train"])
        try await client.close()
    }
}
