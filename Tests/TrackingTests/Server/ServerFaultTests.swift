import Foundation
import HTTPTransport
import Parallelism
import TestSupport
import Testing
import Tracking

/// What servers, networks and their failures do to a client: nothing is lost, nothing is there twice.
@Suite struct ServerFaultTests {
    private static let policy = RetryPolicy(
        maximumAttempts: 10, initialDelay: .milliseconds(2), maximumDelay: .milliseconds(40))

    private static func creation(_ experiment: String, _ name: String, token: String? = nil) -> RunCreation {
        RunCreation(experimentID: experiment, name: name, userID: "u", startTime: 5, token: token)
    }

    private static func names(_ store: RESTTrackingStore, _ experiment: String) async throws -> [String] {
        try await store.searchRuns(RunQuery(experimentIDs: [experiment])).elements.map(\.name).sorted()
    }

    @Test(
        .needs(.mlflow),
        arguments: [
            Fault.loseResponse, .resetInResponse, .truncateResponse, .resetAfterReading, .resetBeforeReading, .garbage,
            .response(status: 500), .response(status: 503), .response(status: 429, retryAfter: 0),
            .response(status: 502),
            .response(status: 504),
        ])
    func creationsLeaveNoDuplicates(_ fault: Fault) async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority)
        let store = try RESTTrackingStore(uri: "http://\(proxy.authority)", policy: Self.policy)
        let name = UniqueNames()
        let experiment = try await store.createExperiment(named: name("e"), artifactLocation: nil, tags: [:])
        // The first two attempts of every creation fail.
        proxy.setFaults { $0.target.hasSuffix("create") && $0.count <= 2 ? fault : nil }
        proxy.resetCounters()
        let run = try await store.createRun(Self.creation(experiment.id, "a"))
        #expect(try await Self.names(store, experiment.id) == ["a"])
        #expect(try await store.run(id: run.id).name == "a")
        #expect(proxy.counters.faults[fault.kind] ?? 0 >= 1)

        let other = try await store.createExperiment(named: name("f"), artifactLocation: nil, tags: ["k": "v"])
        #expect(other.tags == ["k": "v"])
        let model = try await store.createModel(named: name("m"), description: "d", tags: ["k": "v"])
        #expect(model.description == "d")
        let version = try await store.createVersion(
            ModelVersionCreation(name: name("m"), source: "s3://bucket/x", runID: run.id, tags: ["t": "1"]))
        #expect(version.version == 1)
        var all = EntityQuery(filter: "name = \(name("m"))")
        all.pageSize = 10
        #expect(try await store.searchVersions(all).elements.map(\.version) == [1])
        // What exists, and is not ours, stays refused.
        proxy.resetCounters()
        await expect(.alreadyExists) { _ = try await store.createModel(named: name("m"), description: "e", tags: [:]) }
        proxy.resetCounters()
        await expect(.alreadyExists) {
            _ = try await store.createExperiment(named: name("f"), artifactLocation: nil, tags: [:])
        }
        try await store.close()
    }

    @Test(.needs(.mlflow)) func aTokenYieldsTheSameRunAgain() async throws {
        let store = try RESTTrackingStore(uri: TestServers.mlflow().uri, policy: Self.policy)
        let experiment = try await store.createExperiment(named: UniqueNames()("e"), artifactLocation: nil, tags: [:])
        let token = "0123456789abcdef0123456789abcdef"
        let first = try await store.createRun(Self.creation(experiment.id, "a", token: token))
        #expect(try await store.createRun(Self.creation(experiment.id, "a", token: token)).id == first.id)
        #expect(try await Self.names(store, experiment.id) == ["a"])
        try await store.setLifecycleStage(.deleted, ofRun: first.id)
        #expect(try await store.createRun(Self.creation(experiment.id, "a", token: token)).id == first.id)
        try await store.close()
    }

    /// Two callers with one token at the same time: every later caller gets one of their runs.
    @Test(.needs(.mlflow)) func callersOfOneTokenAgreeInTheEnd() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority) { request in
            request.target.hasSuffix("runs/create") && request.count == 1 ? .loseResponse : nil
        }
        let store = try RESTTrackingStore(uri: "http://\(proxy.authority)", policy: Self.policy)
        let experiment = try await store.createExperiment(named: UniqueNames()("e"), artifactLocation: nil, tags: [:])
        let token = "fedcba9876543210fedcba9876543210"
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask { try await store.createRun(Self.creation(experiment.id, "a", token: token)).id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        let settled = try await store.createRun(Self.creation(experiment.id, "a", token: token))
        #expect(ids.contains(settled.id))
        #expect(try await Self.names(store, experiment.id) == ["a"])
        try await store.close()
    }

    @Test(.needs(.mlflow)) func batchesAreStoredOnceWhateverFails() async throws {
        let faults = RandomFaults(
            seed: 11,
            [
                (.loseResponse, 0.12), (.resetAfterReading, 0.08), (.truncateResponse, 0.08),
                (.response(status: 503), 0.08),
                (.response(status: 500), 0.05), (.response(status: 429, retryAfter: 0), 0.05), (.garbage, 0.05),
                (.slowResponse(bytesPerSecond: 4000), 0.02),
            ], longestRun: 4)
        let proxy = try FaultProxy(TestServers.mlflow().authority) { faults.fault(for: $0) }
        let store = try RESTTrackingStore(uri: "http://\(proxy.authority)", policy: Self.policy)
        let experiment = try await store.createExperiment(named: UniqueNames()("e"), artifactLocation: nil, tags: [:])
        let run = try await store.createRun(Self.creation(experiment.id, "a"))
        for batch in 0..<25 {
            try await store.log(
                RunBatch(
                    metrics: (0..<20).map {
                        Metric(
                            key: "m\($0 % 3)", value: $0 == 7 ? .nan : Double(batch),
                            timestamp: Timestamp(millisecondsSince1970: Int64($0)),
                            step: Int64(batch))
                    }, parameters: [("p\(batch)", "v")], tags: [("t\(batch % 5)", "\(batch)")]), toRun: run.id)
        }
        try await store.updateRun(id: run.id, status: .finished, endTime: 9, name: nil)
        try await store.log(
            [DatasetInput(name: "d", digest: "1", source: "{}", context: "train")], toRun: run.id)
        let record = try await store.run(id: run.id)
        #expect(record.parameters.count == 25 && record.status == .finished && record.inputs.count == 1)
        #expect(record.tags["t4"] == "24" && record.metrics["m0"]?.step == 24)
        var points = 0
        for key in ["m0", "m1", "m2"] {
            var token: String?
            repeat {
                let page = try await store.metricHistory(key, ofRun: run.id, pageSize: 37, pageToken: token)
                points += page.elements.count
                token = page.nextPageToken
            } while token != nil
        }
        #expect(points == 500)
        #expect(try await Self.names(store, experiment.id) == ["a"])
        #expect(proxy.counters.faults.values.reduce(0, +) > 10)
        try await store.close()
    }

    @Test(.needs(.mlflow)) func changesWhoseResponseIsLostAreNoErrors() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority)
        let store = try RESTTrackingStore(uri: "http://\(proxy.authority)", policy: Self.policy)
        let name = UniqueNames()
        let experiment = try await store.createExperiment(named: name("e"), artifactLocation: nil, tags: ["k": "v"])
        let run = try await store.createRun(Self.creation(experiment.id, "a"))
        try await store.log(RunBatch(tags: [("t", "v")]), toRun: run.id)
        _ = try await store.createModel(named: name("m"), description: nil, tags: ["k": "v"])
        _ = try await store.createVersion(ModelVersionCreation(name: name("m"), source: "s3://b/x"))
        _ = try await store.createVersion(ModelVersionCreation(name: name("m"), source: "s3://b/x"))
        proxy.setFaults { $0.method != "GET" && !$0.target.hasSuffix("search") && $0.count == 1 ? .loseResponse : nil }
        proxy.resetCounters()
        try await store.deleteTag("t", ofRun: run.id)
        try await store.deleteTag("k", ofExperiment: experiment.id)
        try await store.renameExperiment(id: experiment.id, to: name("f"))
        try await store.setLifecycleStage(.deleted, ofExperiment: experiment.id)
        try await store.setLifecycleStage(.active, ofExperiment: experiment.id)
        try await store.setLifecycleStage(.deleted, ofRun: run.id)
        try await store.setLifecycleStage(.active, ofRun: run.id)
        try await store.setAlias("best", ofModel: name("m"), version: 1)
        try await store.deleteAlias("best", ofModel: name("m"))
        try await store.setStage("Staging", ofVersion: 1, model: name("m"), archivingOthers: true)
        try await store.deleteVersion(2, ofModel: name("m"))
        try await store.deleteTag("k", ofModel: name("m"))
        try await store.renameModel(name("m"), to: name("n"))
        try await store.deleteModel(named: name("n"))
        #expect(proxy.counters.faults[.loseResponse] == 14)
        let record = try await store.experiment(id: experiment.id)
        #expect(record.lifecycleStage == .active && record.name == name("f") && record.tags == [:])
        await expect(.notFound) { _ = try await store.model(named: name("n")) }
        try await store.close()
    }

    @Test(.needs(.mlflow)) func loggingContinuesAcrossARestart() async throws {
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        let store = try RESTTrackingStore(
            uri: server.mlflow().uri,
            policy: RetryPolicy(
                maximumAttempts: 1_000, initialDelay: .milliseconds(50), maximumDelay: .seconds(2),
                maximumElapsed: .seconds(300)))
        let experiment = try await store.createExperiment(named: "e", artifactLocation: nil, tags: [:])
        let restart = Task {
            try await onDedicatedThread(named: "restart") { _ in
                try server.kill()
                try server.start()
            }
        }
        var runs: [String] = []
        for index in 0..<40 {
            let run = try await store.createRun(Self.creation(experiment.id, "r\(index)"))
            runs.append(run.id)
            try await store.log(
                RunBatch(
                    metrics: (0..<10).map {
                        Metric(key: "m", value: 1, timestamp: Timestamp(millisecondsSince1970: Int64($0)), step: 0)
                    }),
                toRun: run.id)
        }
        try await restart.value
        for run in runs {
            #expect(try await store.metricHistory("m", ofRun: run, pageSize: 100, pageToken: nil).elements.count == 10)
        }
        #expect(try await Self.names(store, experiment.id) == (0..<40).map { "r\($0)" }.sorted())
        try await store.close()
    }

    @Test(.needs(.mlflow)) func failuresTellMethodPathAndReasonButNoSecrets() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority) { _ in .response(status: 503) }
        let store = try RESTTrackingStore(
            uri: "http://user:hunter2@\(proxy.authority)",
            policy: RetryPolicy(maximumAttempts: 3, initialDelay: .milliseconds(1)))
        do {
            _ = try await store.run(id: "x")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == .unavailable)
            let text = "\(error)"
            #expect(
                text.contains("GET http://\(proxy.authority)/api/2.0/mlflow/runs/get") && text.contains("503")
                    && text.contains("3 attempts") && !text.contains("hunter2") && !text.contains("user:"))
        }
        #expect(proxy.counters.requests == 3)
        proxy.setFaults { _ in nil }
        do {
            _ = try await store.experiment(id: "none")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect("\(error)".contains("400 INVALID_PARAMETER_VALUE") && "\(error)".contains("experiments/get"))
        }
        var description = ""
        dump(store, to: &description)
        #expect(!description.contains("hunter2") && !"\(store)".contains("hunter2"))
        #expect(!description.contains(Data("user:hunter2".utf8).base64EncodedString()))
        try await store.close()
        await expect(.unavailable) { _ = try await store.run(id: "x") }
    }

    @Test(.needs(.mlflow)) func readersChangeNothing() async throws {
        let proxy = try FaultProxy(TestServers.mlflow().authority)
        let client = try await TrackingClient.open(
            "http://\(proxy.authority)", options: TrackingOptions(isReadOnly: true))
        let experiment = try await client.experiment(named: "Default")
        _ = try await experiment.runs(pageSize: 1).page()
        await expect(.readOnly) { _ = try await experiment.startRun() }
        await expect(.readOnly) { _ = try await client.experiment(named: UniqueNames()("e")) }
        await expect(.readOnly) { try await client.models.deleteAlias("a", of: "m") }
        #expect(proxy.requests.allSatisfy { $0.method == "GET" || $0.target.hasSuffix("/search") })
        try await client.close()
    }

    @Test func anUnreachableServerIsUnavailable() async throws {
        let store = try RESTTrackingStore(
            uri: "http://127.0.0.1:1", policy: RetryPolicy(maximumAttempts: 2, initialDelay: .milliseconds(1)))
        await expect(.unavailable) { _ = try await store.experiment(id: "0") }
        await expect(.unavailable) { _ = try await store.createRun(Self.creation("0", "a")) }
        try await store.close()
        await expect(.invalidValue) {
            _ = try await TrackingClient.open(
                "https://127.0.0.1:1", options: TrackingOptions(certificateAuthorities: "/nothing/here.pem"))
        }
    }
}
