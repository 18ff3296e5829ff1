import Foundation
import TestSupport
import Testing
import Tracking

@Suite struct StoreConformanceTests {
    @Test(arguments: Backend.allCases)
    func experimentsAreFoundMadeRenamedDeletedAndRestored(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let name = UniqueNames()
        let first = try await client.experiment(named: name("a"), tags: ["k": "v"])
        #expect(try await client.experiment(named: name("a")).id == first.id)
        #expect(first.record.tags == ["k": "v"])
        #expect(backend.isArtifactLocation(first.record.artifactLocation, ofExperiment: first.id, in: folder))
        #expect(try await client.experiment(named: "Default").id == "0")

        try await first.setTag("k", "w")
        try await first.setTag("l", "x")
        try await first.deleteTag("l")
        await expect(.notFound) { try await first.deleteTag("l") }
        let run = try await first.startRun()
        try await first.rename(to: name("b"))
        let second = try await client.experiment(named: name("a"))
        await expect(.alreadyExists) { try await second.rename(to: name("b")) }
        #expect(second.id != first.id)

        try await first.delete()
        await expect(.invalidState) { _ = try await client.experiment(named: name("b")) }
        await expect(.invalidState) { _ = try await first.startRun() }
        await expect(.invalidState) { try await first.delete() }
        await expect(.invalidState) { try await first.rename(to: name("c")) }
        await expect(.invalidState) { try await first.setTag("k", "z") }
        await expect(.invalidState) { try await run.log(metric: "m", 1) }
        #expect(try await first.currentRecord().lifecycleStage == .deleted)
        #expect(try await run.record().lifecycleStage == .deleted)
        let ours: SearchFilter = "name LIKE \(name("%"))"
        #expect(try await client.experiments(matching: ours, view: .deleted).all().map(\.id) == [first.id])
        #expect(try await client.experiments(matching: ours).all().map(\.id) == [second.id])
        #expect(
            try await client.experiments(matching: ours, orderBy: ["name"], view: .all).all().map(\.name)
                == [name("a"), name("b")])
        if backend.hasOwnDatabase {
            #expect(try await client.experiments(view: .deleted).all().map(\.id) == [first.id])
            #expect(try await client.experiments(orderBy: ["name"]).all().map(\.name) == ["Default", name("a")])
        }
        try await first.restore()
        await expect(.invalidState) { try await first.restore() }
        #expect(try await run.record().lifecycleStage == .active)
        #expect(try await first.currentRecord().tags == ["k": "w"])
        let tagged: SearchFilter = "tags.k = 'w' and name LIKE \(name("_"))"
        #expect(try await client.experiments(matching: tagged).all().map(\.name) == [name("b")])
        #expect(try await client.experiments(matching: "experiment_id IN ('0')").all().map(\.name) == ["Default"])
        let pages = client.experiments(matching: ours, orderBy: ["name DESC"], pageSize: 1)
        #expect(try await pages.all().map(\.id) == [first.id, second.id])
        await expect(.notFound) { _ = try await client.experiment(id: "471100000") }
        await expect(.invalidValue) { _ = try await client.experiment(id: "x") }
        await expect(.invalidValue) { _ = try await client.experiment(named: "") }
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func runsKeepTheirHistory(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let context = RunContext(user: "u", sourceName: "s", sourceType: .local, gitCommit: "c")
        let client = try await backend.open(in: folder, context: context)
        let experiment = try await client.experiment(named: UniqueNames()("e"))
        let run = try await experiment.startRun(name: "n", tags: ["mlflow.source.name": "own"], startTime: 5)
        #expect(run.id.count == 32 && run.id.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(run.artifactURI == "\(experiment.record.artifactLocation)/\(run.id)/artifacts")
        var record = try await run.record()
        #expect(record.status == .running && record.startTime == 5 && record.endTime == nil && record.userID == "u")
        #expect(
            backend.withoutToken(record.tags) == [
                "mlflow.runName": "n", "mlflow.user": "u", "mlflow.source.name": "own", "mlflow.source.type": "LOCAL",
                "mlflow.source.git.commit": "c",
            ])
        try await run.setTag("mlflow.runName", "m")
        record = try await run.record()
        #expect(record.name == "m" && record.tags["mlflow.runName"] == "m")
        try await run.rename(to: "o")
        record = try await run.record()
        #expect(record.name == "o" && record.tags["mlflow.runName"] == "o")
        try await run.end(.failed, endTime: 9)
        record = try await run.record()
        #expect(record.status == .failed && record.endTime == 9)
        await expect(.invalidValue) { try await run.end(.running) }
        let resumed = try await client.resumeRun(id: run.id)
        #expect(try await resumed.record().status == .running)
        let nested = try await resumed.startNestedRun()
        record = try await nested.record()
        #expect(record.tags["mlflow.parentRunId"] == run.id)
        #expect(!record.name.isEmpty && record.tags["mlflow.runName"] == record.name)
        try await nested.delete()
        await expect(.invalidState) { _ = try await client.resumeRun(id: nested.id) }
        try await nested.restore()
        _ = try await client.resumeRun(id: nested.id)
        await expect(.invalidValue) {
            _ = try await experiment.startRun(name: "x", tags: ["mlflow.runName": "y"])
        }
        await expect(.notFound) { _ = try await client.run(id: "nothing") }
        await expect(.notFound) { _ = try await client.resumeRun(id: "nothing") }

        struct Trouble: Error {}
        let ended = try await experiment.withRun(name: "good") { $0.id }
        #expect(try await client.run(id: ended).record().status == .finished)
        await #expect(throws: Trouble.self) { try await experiment.withRun(name: "bad") { _ in throw Trouble() } }
        let stopped = Task {
            try await experiment.withRun(name: "stopped") { _ in try await Task.sleep(for: .seconds(60)) }
        }
        while try await experiment.runs(matching: "run_name = 'stopped'").all().isEmpty { await Task.yield() }
        stopped.cancel()
        await #expect(throws: CancellationError.self) { try await stopped.value }
        #expect(try await experiment.runs(matching: "run_name = 'bad'").all().first?.status == .failed)
        #expect(try await experiment.runs(matching: "run_name = 'stopped'").all().first?.status == .killed)
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func theLatestMetricIsThatOfTheGreatestStepTimestampAndValue(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let run = try await client.experiment(named: UniqueNames()("e")).startRun()
        var generator = SeededGenerator(seed: 7)
        var points: [Metric] = []
        for _ in 0..<400 {
            let value = [Double.nan, -1, 0, 1, .infinity][Int.random(in: 0..<5, using: &generator)]
            points.append(
                Metric(
                    key: ["a", "b", "c/d"][Int.random(in: 0..<3, using: &generator)], value: value,
                    timestamp: Timestamp(millisecondsSince1970: .random(in: 0..<3, using: &generator)),
                    step: Int64.random(in: -1...1, using: &generator)))
        }
        for start in stride(from: 0, to: points.count, by: 40) {
            try await run.log(Array(points[start..<start + 40]))
        }
        let record = try await run.record()
        for key in ["a", "b", "c/d"] {
            let own = points.filter { $0.key == key }
            // NaN counts as the 0 that is stored for it.
            func rank(_ metric: Metric) -> (Int64, Timestamp, Double) {
                (metric.step, metric.timestamp, metric.value.isNaN ? 0 : min(metric.value, .greatestFiniteMagnitude))
            }
            let greatest = try #require(own.max { rank($0) < rank($1) })
            let latest = try #require(record.metrics[key])
            #expect(rank(latest) == rank(greatest))
            let distinct = Set(own.map { "\($0.step) \($0.timestamp) \($0.value)" })
            let history = try await run.history(of: key, pageSize: 7).all()
            #expect(history.count == distinct.count)
            #expect(
                zip(history, history.dropFirst()).allSatisfy {
                    ($0.timestamp, $0.step, $0.value.isNaN ? 0 : $0.value)
                        <= ($1.timestamp, $1.step, $1.value.isNaN ? 0 : $1.value)
                })
        }
        #expect(try await run.history(of: "none").all().isEmpty)
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func parametersNeverChangeAndABadBatchLeavesNothing(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let run = try await client.experiment(named: UniqueNames()("e")).startRun()
        try await run.log(parameters: ["a": 1, "b": "x"])
        try await run.log(parameters: ["a": 1, "c": true])
        await expect(.invalidState) { try await run.log(parameters: ["a": 2, "d": 4]) }
        #expect(try await run.record().parameters == ["a": "1", "b": "x", "c": "true"])
        let many = Dictionary(uniqueKeysWithValues: (0..<2500).map { ("p\($0)", $0) })
        try await run.log(parameters: many)
        #expect(try await run.record().parameters.count == 2503)
        let tags = Dictionary(uniqueKeysWithValues: (0..<1100).map { ("t\($0)", "\($0)") })
        try await run.setTags(tags)
        try await run.setTag("t7", "other")
        try await run.deleteTag("t8")
        let stored = try #require(backend.withoutToken(try await run.record().tags))
        #expect(stored.count == 1100 && stored["t7"] == "other" && stored["t9"] == "9" && stored["t8"] == nil)
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func namesAndLengthsAreThoseOfMLflow(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let run = try await client.experiment(named: UniqueNames()("e")).startRun()
        for name in ["", ".", "..", "a//b", "/a", "a/", "a/../b", "a/./b", "..a", "a'b", "a%b", "🦊", "a\u{0}", "a\n"] {
            await expect(.invalidValue, "\(name.debugDescription)") { try await run.log(metric: name, 1) }
            await expect(.invalidValue, "\(name.debugDescription)") { try await run.log(parameter: name, 1) }
            await expect(.invalidValue, "\(name.debugDescription)") { try await run.setTag(name, "1") }
        }
        for name in ["a", "a b", "a.b", "a/b", "a:b", "a-b", "_", "é", "日本", "½"] {
            try await run.log(metric: name, 1)
            try await run.log(parameter: name, 1)
            try await run.setTag(name, "1")
        }
        let long = String(repeating: "🦊", count: 6000)
        try await run.log(parameter: "long", long)
        await expect(.invalidValue) { try await run.log(parameter: "longer", long + "x") }
        try await run.setTag("long", String(repeating: "x", count: 8000))
        await expect(.invalidValue) { try await run.setTag("long", String(repeating: "x", count: 8001)) }
        await expect(.invalidValue) { try await run.log(parameter: "nul", "a\u{0}b") }
        await expect(.invalidValue) { try await run.log(metric: String(repeating: "k", count: 251), 1) }
        await expect(.invalidValue) { try await run.log(metric: "m", 1, timestamp: -1) }
        await expect(.invalidValue) { _ = try await client.experiment(named: String(repeating: "n", count: 501)) }
        #expect(try await run.record().parameters["long"] == long)
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func modelsVersionsAndAliases(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let run = try await client.experiment(named: UniqueNames()("e")).startRun()
        let models = client.models
        let name = UniqueNames()
        let (m, n) = (name("m"), name("n"))
        try await models.create(m, description: "d", tags: ["a": "b"])
        await expect(.alreadyExists) { try await models.create(m) }
        let first = try await models.register(m, source: "runs:/\(run.id)/model/x", tags: ["k": "1"])
        #expect(first.version == 1 && first.runID == run.id && first.source == "\(run.artifactURI)/model/x")
        let second = try await models.register(m, source: "s3://bucket/key", description: "two", tags: ["k": "2"])
        try await models.setAlias("champion", of: m, to: 1)
        #expect(try await models.resolve("models:/\(m)@champion").version == 1)
        try await models.setAlias("champion", of: m, to: 2)
        try await models.setAlias("also", of: m, to: 2)
        let champion = try await models.resolve("models:/\(m)@champion")
        #expect(champion.version == 2 && champion.aliases == ["also", "champion"] && champion.tags == ["k": "2"])
        #expect(champion.description == "two" && champion.runID == nil)
        #expect(try await models.resolve("models:/\(m)/1").version == 1)
        #expect(try await models.resolve("models:/\(m)/latest").version == 2)
        await expect(.notFound) { _ = try await models.resolve("models:/\(m)@nobody") }
        await expect(.notFound) { _ = try await models.resolve("models:/\(m)/Production") }
        await expect(.notFound) { _ = try await models.resolve("models:/\(n)/1") }
        await expect(.notFound) { try await models.setAlias("x", of: m, to: 9) }
        for alias in ["latest", "v1", "V22", "", "a b", "a/b"] {
            await expect(.invalidValue, "\(alias)") { try await models.setAlias(alias, of: m, to: 1) }
        }
        for uri in [
            "models:/\(m)", "models:\(m)/1", "models:/\(m)/1/2", "models:/", "models:/\(m)/99999999999999999999",
            "runs:/x",
        ] {
            await expect(.invalidValue, "\(uri)") { _ = try await models.resolve(uri) }
        }
        #expect(try await client.artifacts(at: "models:/\(m)/1").uri == "\(run.artifactURI)/model/x")
        #expect(try await models.versions(matching: "name = \(m) and tags.k != '1'").all().map(\.version) == [2])
        #expect(try await models.versions(matching: "run_id = \(run.id)").all().map(\.version) == [1])
        #expect(try await models.versions(matching: "version_number >= 1 and name = \(m)").all().count == 2)
        #expect(
            try await models.models(matching: "name ILIKE \(m.uppercased() + "%") and tags.a = 'b'").all().map(\.name)
                == [m])

        try await models.setStage("Staging", ofVersion: 1, of: m)
        try await models.setStage("staging", ofVersion: 2, of: m, archivingOthers: true)
        #expect(try await models.version(1, of: m).stage == "Archived")
        #expect(try await models.resolve("models:/\(m)/staging").version == 2)
        try await models.deleteVersion(2, of: m)
        await expect(.notFound) { _ = try await models.version(2, of: m) }
        #expect(try await models.model(named: m).aliases == [:])
        // A server accepts no local paths from clients.
        let location = backend == .server ? "s3://bucket/other" : "/tmp"
        #expect(try await models.register(m, source: location).version == 3)
        try await models.rename(m, to: n)
        #expect(try await models.versions(matching: "name = \(n)").all().count == 2)
        #expect(try await models.version(1, of: n).tags == ["k": "1"])
        await expect(.notFound) { _ = try await models.model(named: m) }
        try await models.deleteTag("a", of: n)
        try await models.setDescription(nil, of: n)
        let stored = try await models.model(named: n)
        #expect(stored.tags == [:] && stored.description == nil)
        try await models.delete(n)
        await expect(.notFound) { _ = try await models.model(named: n) }
        #expect(try await models.versions(matching: "name = \(n)").all().isEmpty)
        if backend.hasOwnDatabase { #expect(try await models.versions().all().isEmpty) }
        for name in ["", " ", "a/b", "a:b", ".", ".."] {
            await expect(.invalidValue, "\(name)") { try await models.create(name) }
        }
        _ = second
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func searchesPageAndFetchWhatIsAsked(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let experiment = try await client.experiment(named: UniqueNames()("e"))
        for index in 0..<25 {
            let run = try await experiment.startRun(
                name: "r\(index)", startTime: Timestamp(millisecondsSince1970: Int64(index)))
            if index % 5 != 0 { try await run.log(metric: "auc", index % 5 == 1 ? .nan : Double(index % 7)) }
            try await run.log(parameter: "p", index)
        }
        let names = try await experiment.runs(orderBy: ["metrics.auc DESC"], pageSize: 4).all().map(\.name)
        #expect(names.count == 25 && Set(names).count == 25)
        #expect(
            names.first == "r13"
                && Array(names.suffix(10)) == ["r21", "r16", "r11", "r6", "r1", "r20", "r15", "r10", "r5", "r0"])
        #expect(try await experiment.bestRun(by: "auc")?.name == "r13")
        #expect(try await experiment.bestRun(by: "auc", .lowest, matching: "params.p != '14'")?.name == "r7")
        #expect(try await experiment.bestRun(by: "none") == nil)
        #expect(try await experiment.bestRun(by: "auc", matching: "params.p = '1'") == nil)
        let page = try await experiment.runs(fields: [.parameters], pageSize: 10).page()
        #expect(page.elements.map(\.name) == (15...24).reversed().map { "r\($0)" })
        #expect(page.elements.allSatisfy { $0.metrics.isEmpty && $0.tags.isEmpty && $0.parameters.count == 1 })
        let next = try await experiment.runs(pageSize: 10).page(after: page.nextPageToken)
        #expect(next.elements.first?.name == "r14")
        await expect(.invalidValue) { _ = try await experiment.runs().page(after: "nonsense") }
        await expect(.invalidValue) { _ = try await experiment.runs(pageSize: 0).page() }
        await expect(.invalidValue) { _ = try await experiment.runs(orderBy: ["metrics.a", "metrics.a DESC"]).page() }
        var count = 0
        for try await _ in experiment.runs(matching: "attributes.start_time >= 20", pageSize: 2) { count += 1 }
        #expect(count == 5)
        try await client.close()
    }
}

/// Expects a ``TrackingError`` of that kind.
func expect(
    _ code: TrackingError.Code, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("no error; \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    } catch let error as TrackingError {
        #expect(error.code == code, comment, sourceLocation: sourceLocation)
    } catch {
        Issue.record("another error: \(error); \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    }
}
