import Foundation
import Glibc
import Parallelism
import StorageIO
import Synchronization
import TestSupport
import Testing
import Tracking

/// What goes into a journal comes out at its destination, once.
@Suite struct JournalDeliveryTests {
    let folder: TemporaryFolder
    var uri: String { "sqlite:///\(folder.path("mlflow.db"))" }
    var journals: String { folder.path("journal") }

    init() throws { folder = try TemporaryFolder() }

    private func journal(_ options: JournalOptions = JournalOptions()) throws -> TrackingJournal {
        let uri = uri
        return try TrackingJournal(
            folder: journals, context: RunContext(user: "ada", sourceName: "train"), options: options
        ) { try await TrackingClient.open(uri) }
    }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: journals).sorted() }

    @Test func aWholeRunArrives() async throws {
        let journal = try journal()
        let run = try journal.startRun(experiment: "e", name: "r", tags: ["t": "1"], startTime: 5)
        try run.log(parameters: ["depth": 5, "rate": 0.1])
        try run.log(parameter: "depth", 5)
        for step in 0..<2500 { try run.log(metric: "loss", 1 / Double(step + 1), step: Int64(step), timestamp: 7) }
        try run.log(metrics: ["a": .nan, "b": -.infinity], step: 1)
        try run.setTag("t", "2 'quoted' 🦊 %")
        try run.setTag("t", "3")
        let input = DatasetInput(name: "clean", digest: "0123", source: "{}", context: "training", tags: ["k": "v"])
        try run.log(inputs: [input])
        try run.log(text: "<p>é</p>", as: "reports/r.html")
        try Data("model".utf8).write(to: URL(filePath: folder.path("model.bin")))
        try FileManager.default.createDirectory(atPath: folder.path("m"), withIntermediateDirectories: true)
        try Data([1, 2]).write(to: URL(filePath: folder.path("m/x.bin")))
        try await run.log(artifactsAt: folder.path("m"), as: "model")
        try run.register("fraud", path: "model", alias: "champion")
        try run.end(endTime: 99)
        #expect(await journal.close(within: .seconds(60)))
        #expect(try files() == [])

        let client = try await TrackingClient.open(uri)
        let record = try await client.run(id: run.token).record()
        #expect(record.name == "r" && record.status == .finished && record.startTime == 5 && record.endTime == 99)
        #expect(record.userID == "ada" && record.tags["mlflow.source.name"] == "train" && record.tags["t"] == "3")
        #expect(record.parameters == ["depth": "5", "rate": "0.1"] && record.inputs == [input])
        #expect(record.metrics["a"]?.value.isNaN == true)
        #expect(record.metrics["b"]?.value == -.greatestFiniteMagnitude)
        let history = try await client.run(id: run.token).history(of: "loss").all()
        #expect(history.map(\.step) == (0..<2500).map(Int64.init))
        #expect(history.allSatisfy { $0.value == 1 / Double($0.step + 1) && $0.timestamp == 7 })
        #expect(try await client.artifacts(at: "models:/fraud@champion").read("x.bin") == [1, 2])
        let report = try await client.run(id: run.token).artifacts.read("reports/r.html")
        #expect(String(decoding: report, as: UTF8.self) == "<p>é</p>")
        try await client.close()
    }

    /// The destination comes and goes; logging does not notice.
    @Test func anUnreachableDestinationIsWaitedFor() async throws {
        struct Offline: Error {}
        let attempts = Lock(0)
        let uri = uri
        let journal = try TrackingJournal(
            folder: journals, options: JournalOptions(interval: .zero, firstRetryDelay: .milliseconds(5))
        ) {
            guard
                attempts.withLock({
                    $0 += 1; return $0 > 3
                })
            else { throw Offline() }
            return try await TrackingClient.open(uri)
        }
        let run = try journal.startRun(experiment: "e", name: "r")
        try run.log(metric: "m", 1)
        while journal.status.lastError == nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(!journal.status.isDelivered)
        #expect(try await run.id(within: .seconds(60)) == run.token)
        #expect(attempts.withLock { $0 } == 4 && journal.status.isDelivered && journal.status.lastError == nil)
        try run.end()
        #expect(await journal.close(within: .seconds(60)))
        let client = try await TrackingClient.open(uri)
        #expect(try await client.run(id: run.token).record().status == .finished)
        try await client.close()
    }

    /// Offline to the end; then replayed, twice as after a crash between delivery and note.
    @Test func aJournalIsReplayedOnce() async throws {
        struct Offline: Error {}
        let journal = try TrackingJournal(
            folder: journals, options: JournalOptions(firstRetryDelay: .milliseconds(5), segmentBytes: 4000)
        ) { throw Offline() }
        let run = try journal.startRun(experiment: "e", name: "r")
        let nested = try journal.startRun(experiment: "e", name: "n", tags: ["mlflow.parentRunId": run.token])
        for step in 0..<1000 {
            try run.log(metric: "m", Double(step), step: Int64(step))
            try nested.log(metric: "n", Double(step), step: Int64(step))
        }
        try nested.end()
        try run.log(text: "x", as: "y")
        let before = try await TrackingJournal.replay(folder: journals) { try await TrackingClient.open(uri) }
        #expect(before.map(\.isInUse) == [true])
        #expect(await journal.close(within: .milliseconds(50)) == false)
        await expect(.invalidState) { try run.log(metric: "m", 1) }
        let kept = try files()
        #expect(kept.count > 10)
        for name in kept {
            try FileManager.default.copyItem(atPath: "\(journals)/\(name)", toPath: folder.path("copy-\(name)"))
        }

        for round in 0..<2 {
            let results = try await TrackingJournal.replay(folder: journals) { [uri] in
                try await TrackingClient.open(uri)
            }
            #expect(results.count == 1 && results.allSatisfy { $0.isDelivered && $0.rejected == 0 && $0.error == nil })
            #expect(try files() == [])
            let client = try await TrackingClient.open(uri)
            let runs = try await client.runs(inExperiments: nil).all()
            #expect(Set(runs.map(\.id)) == [run.token, nested.token])
            #expect(
                try await client.run(id: run.token).history(of: "m").all().map(\.step) == (0..<1000).map(Int64.init))
            #expect(try await client.run(id: nested.token).history(of: "n").all().count == 1000)
            #expect(try await client.run(id: nested.token).record().status == .finished)
            #expect(try await client.run(id: run.token).record().status == .running)
            try await client.close()
            guard round == 0 else { break }
            for name in kept {
                try FileManager.default.copyItem(atPath: folder.path("copy-\(name)"), toPath: "\(journals)/\(name)")
            }
        }
        let none = try await TrackingJournal.replay(folder: journals) { throw Offline() }
        #expect(none.isEmpty)
    }

    /// One bad value holds nothing else up, and is reported.
    @Test func whatIsRefusedIsSetAside() async throws {
        let journal = try journal()
        let run = try journal.startRun(experiment: "e", name: "r")
        try run.log(parameter: "depth", 5)
        try run.log(parameters: ["depth": 6, "rate": 1])
        for step in 0..<100 { try run.log(metric: "m", 1, step: Int64(step)) }
        let ghost = try journal.attach(toRun: "0123456789abcdef0123456789abcdef")
        for step in 0..<5000 { try ghost.log(metric: "m", 1, step: Int64(step)) }
        await expect(.notFound) { try await run.log(artifactsAt: folder.path("missing")) }
        try FileManager.default.createDirectory(atPath: folder.path("m"), withIntermediateDirectories: true)
        try Data("weights".utf8).write(to: URL(filePath: folder.path("m/x.bin")))
        try await ghost.log(artifactsAt: folder.path("m"))
        try run.end()
        #expect(await journal.flush(within: .seconds(60)))
        let status = journal.status
        #expect(status.isDelivered && status.rejected >= 4)
        #expect(await journal.close(within: .seconds(60)))
        let left = try files()
        #expect(left.count == 2 && left[0].hasSuffix(".rejected") && left[1].hasSuffix(".rejected-files"))
        let text = try String(contentsOfFile: "\(journals)/\(left.first ?? "")", encoding: .utf8)
        let copy = try FileManager.default.contentsOfDirectory(atPath: "\(journals)/\(left[1])").first ?? ""
        #expect(text.contains(copy) && copy.count == 32)
        #expect(
            try String(contentsOfFile: "\(journals)/\(left[1])/\(copy)/x.bin", encoding: .utf8) == "weights")
        #expect(text.contains("cannot become '6'") && text.contains("values of metrics"))
        // Nothing of it is lost.
        struct Line: Decodable {
            struct Point: Decodable { var step: Int64 }
            struct Text: Decodable { var value: String }
            var metrics: [Point]?
            var parameters: [Text]?
        }
        let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        // The values of a run come in one batch, or in several if the upload begins meanwhile.
        #expect(lines.count == status.rejected)
        #expect(Set(lines.flatMap { $0.metrics ?? [] }.map(\.step)) == Set(0..<5000))
        #expect(lines.flatMap { $0.parameters ?? [] }.map(\.value) == ["6"])
        let client = try await TrackingClient.open(uri)
        let record = try await client.run(id: run.token).record()
        #expect(record.parameters == ["depth": "5", "rate": "1"] && record.status == .finished)
        #expect(try await client.run(id: run.token).history(of: "m").all().count == 100)
        try await client.close()
    }

    /// Two trainings save to one folder before the first is delivered: each run gets the files that it logged.
    @Test func filesAreDeliveredAsTheyWere() async throws {
        struct Offline: Error {}
        let (location, stores) = (folder.path("odd [name]"), ObjectStoreRegistry())
        let remote = try stores.resolve("memory://\(UUID().uuidString)/model")
        var tokens: [String] = []
        for round in ["three", "nine"] {
            try FileManager.default.createDirectory(atPath: "\(location)/a", withIntermediateDirectories: true)
            for name in ["model.txt", "a/b.txt"] {
                // Overwritten without replacing the file.
                let handle = open("\(location)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
                try #require(handle >= 0 && Glibc.write(handle, round, round.utf8.count) == round.utf8.count)
                close(handle)
            }
            try await remote.store.put(Array(round.utf8), to: remote.key("m.txt"))
            let journal = try TrackingJournal(folder: journals) { throw Offline() }
            let run = try journal.startRun(experiment: "e", name: round)
            let url = "file://" + location.replacing(" ", with: "%20").replacing("[", with: "%5B")
            try await run.log(artifactsAt: url, as: "model")
            try await run.log(artifactsAt: remote.description, as: "remote", stores: stores)
            try run.register("fraud", path: "model")
            try run.end()
            #expect(await journal.close(within: .zero) == false)
            tokens.append(run.token)
        }
        try FileManager.default.removeItem(atPath: location)
        // The folder is moved, as to a machine with a network.
        let carried = folder.path("carried")
        try FileManager.default.moveItem(atPath: journals, toPath: carried)
        let results = try await TrackingJournal.replay(folder: carried) { [uri] in try await TrackingClient.open(uri) }
        #expect(results.count == 2 && results.allSatisfy { $0.isDelivered && $0.rejected == 0 }, "\(results)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: carried) == [])
        let client = try await TrackingClient.open(uri)
        for (token, round) in zip(tokens, ["three", "nine"]) {
            let files = try await client.run(id: token).artifacts
            #expect(try await files.list().map(\.path) == ["model/a/b.txt", "model/model.txt", "remote/m.txt"])
            for path in try await files.list().map(\.path) {
                #expect(try await files.read(path) == Array(round.utf8), "\(path) of \(round)")
            }
        }
        for version in try await client.models.versions(matching: "name = 'fraud'").all() {
            let round = version.runID == tokens[0] ? "three" : "nine"
            let model = try await client.artifacts(at: "models:/fraud/\(version.version)")
            #expect(try await model.read("model.txt") == Array(round.utf8))
        }
        try await client.close()
    }

    @Test func aCopyIsBounded() async throws {
        let journal = try journal(JournalOptions(copyLimit: 3))
        let run = try journal.startRun(experiment: "e", name: "r")
        try FileManager.default.createDirectory(atPath: folder.path("m"), withIntermediateDirectories: true)
        try Data([1, 2, 3, 4]).write(to: URL(filePath: folder.path("m/x.bin")))
        await expect(.invalidValue) { try await run.log(artifactsAt: folder.path("m")) }
        #expect(await journal.close(within: .seconds(60)))
        #expect(try files() == [])
    }

    /// A flush whose timeout expires before it waits returns all the same.
    @Test func aFlushWithoutTimeReturns() async throws {
        struct Offline: Error {}
        let journal = try TrackingJournal(folder: journals) { throw Offline() }
        _ = try journal.startRun(experiment: "e", name: "r")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<2000 {
                group.addTask { await journal.flush(within: .nanoseconds(number % 50)) }
            }
            for await isDelivered in group { #expect(!isDelivered) }
        }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await journal.flush()
        }
        #expect(await cancelled.value == false)
        #expect(await journal.close(within: .zero) == false)
    }

    /// Longer than MLflow takes: cut, and whole in a file; nothing of the run is lost.
    @Test func longParametersAreCut() async throws {
        let long = String(repeating: "é", count: 6001), exact = String(repeating: "é", count: 6000)
        let parameters = ["features": long, "exact": exact, "depth": "5"]
        let journal = try journal()
        let run = try journal.startRun(experiment: "e", name: "r")
        await expect(.invalidValue) { try run.log(parameters: parameters) }
        try run.log(anyLength: parameters)
        #expect(await journal.close(within: .seconds(60)))
        let client = try await TrackingClient.open(uri)
        let direct = try await client.experiment(named: "e").startRun()
        try await direct.log(anyLength: parameters)
        for id in [run.token, direct.id] {
            let found = try await client.run(id: id).record().parameters
            #expect(found == ["features": String(repeating: "é", count: 5999) + "…", "exact": exact, "depth": "5"])
            let file = try await client.run(id: id).artifacts.read("parameters.json")
            #expect(try JSONDecoder().decode([String: String].self, from: Data(file)) == ["features": long])
        }
        try await direct.log(anyLength: ["depth": "5"])
        try await client.close()
    }

    /// The store of files is unreachable: values overtake them, but no version is registered before its files are
    /// there.
    @Test func aVersionWaitsForItsFiles() async throws {
        let isReachable = Atomic<Bool>(false)
        let stores = ObjectStoreRegistry()
        stores.register(schemes: ["flaky"]) { location in
            guard isReachable.load(ordering: .relaxed) else {
                throw ObjectStoreError(.unavailable, location: "flaky:", message: "out of reach")
            }
            return InMemoryObjectStore(name: location.authority)
        }
        let (uri, root) = (uri, "flaky://\(UUID().uuidString)/root")
        let journal = try TrackingJournal(
            folder: journals, options: JournalOptions(interval: .zero, firstRetryDelay: .milliseconds(5))
        ) { try await TrackingClient.open(uri, artifactRoot: root, stores: stores) }
        let run = try journal.startRun(experiment: "e", name: "r")
        try run.log(text: "weights", as: "model/model.txt")
        try run.register("fraud", path: "model", alias: "champion")
        try run.log(metric: "m", 1)
        try run.end()
        let client = try await TrackingClient.open(uri, stores: stores)
        while (try? await client.run(id: run.token).record().status) != .finished {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(await journal.flush(within: .milliseconds(100)) == false)
        #expect(journal.status.deferred == 2 && journal.status.rejected == 0)
        #expect(try await client.models.models().all().isEmpty)
        isReachable.store(true, ordering: .relaxed)
        #expect(await journal.close(within: .seconds(60)))
        let model = try await client.artifacts(at: "models:/fraud@champion")
        #expect(try await model.read("model.txt") == Array("weights".utf8))
        try await client.close()
    }

    /// Two processes' journals and MLflow's rules of repetition: one run, each point once.
    @Test func severalJournalsLogToOneRun() async throws {
        let client = try await TrackingClient.open(uri)
        let shared = try await client.experiment(named: "e").startRun()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let journal = try journal()
                    let run = try journal.attach(toRun: shared.id)
                    for step in 0..<500 { try run.log(metric: "m", 1, step: Int64(step), timestamp: 3) }
                    #expect(await journal.close(within: .seconds(60)))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await shared.history(of: "m").all().count == 500)
        try await client.close()
    }

    /// What was acknowledged before `kill -9` is there, once.
    @Test func aKilledWritersJournalIsReplayed() async throws {
        let client = try await TrackingClient.open(uri)
        let run = try await client.experiment(named: "e").startRun()
        let log = folder.path("acknowledged")
        let child = try TrackingWriter.start(["journal", uri, run.id, log, journals])
        while (try? Data(contentsOf: URL(filePath: log)).count) ?? 0 < 2000 {
            try #require(child.isRunning)
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        let acknowledged = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
            Int64($0)
        }
        let results = try await TrackingJournal.replay(folder: journals) { [uri] in try await TrackingClient.open(uri) }
        #expect(results.map(\.isDelivered) == [true])
        let steps = try await run.history(of: "m\(child.processIdentifier)").all().map(\.step)
        #expect(acknowledged.count > 100 && Set(steps).isSuperset(of: acknowledged))
        #expect(Set(steps).count == steps.count && steps.count <= acknowledged.count + 1)
        try await client.close()
    }

    /// A file that may not grow: the entry is refused whole, what was there stays, and later ones are accepted again.
    @Test func aFullDiskRefusesAndLosesNothing() async throws {
        let log = folder.path("acknowledged")
        let child = try TrackingWriter.start(["full", journals, String(1 << 20 + 10_007), log])
        child.waitUntilExit()
        #expect(child.terminationStatus == 0)
        let acknowledged = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
            Int64($0)
        }
        #expect(acknowledged.count > 100)
        let results = try await TrackingJournal.replay(folder: journals) { [uri] in try await TrackingClient.open(uri) }
        #expect(results.map(\.isDelivered) == [true])
        let client = try await TrackingClient.open(uri)
        let record = try #require(try await client.runs(inExperiments: nil).all().first)
        #expect(record.metrics["after"]?.value == 2)
        #expect(try await client.run(id: record.id).history(of: "m").all().map(\.step) == acknowledged)
        try await client.close()
    }
}
