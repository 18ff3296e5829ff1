import Foundation
import Parallelism
import Synchronization
import TestSupport
import Testing
import Tracking

/// Journals whose server cannot be reached, gives bad responses, or is restarted: one run, each value once.
@Suite(.needs(.mlflow)) struct JournalToServerTests {
    private static let options = JournalOptions(
        interval: .milliseconds(10), firstRetryDelay: .milliseconds(20), longestRetryDelay: .milliseconds(500))

    private func check(_ uri: String, _ experiment: String, _ id: String, count: Int) async throws {
        let client = try await TrackingClient.open(uri)
        let runs = try await client.experiment(named: experiment).runs(view: .all).all()
        #expect(runs.map(\.id) == [id] && runs.first?.status == .finished)
        let steps = try await client.run(id: id).history(of: "m").all().map(\.step).sorted()
        #expect((steps == (0..<Int64(count)).map { $0 }) == true)
        #expect(runs.first?.parameters == ["depth": "5"])
        try await client.close()
    }

    /// Some seconds without a network, in the middle of which the run is started; then responses are lost at random.
    @Test func aCutNetworkLosesNothing() async throws {
        let folder = try TemporaryFolder()
        let name = UniqueNames()("cut")
        let isCut = Atomic<Bool>(false)
        let random = Lock(SeededGenerator(seed: 11))
        let proxy = try FaultProxy(TestServers.mlflow().authority) { request in
            if isCut.load(ordering: .relaxed) { return .resetBeforeReading }
            return random.withLock { generator in
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: .loseResponse
                case 1: .response(status: 503)
                default: nil
                }
            }
        }
        let journal = try TrackingJournal(folder: folder.path("journal"), options: Self.options) {
            try await TrackingClient.open("http://\(proxy.authority)")
        }
        isCut.store(true, ordering: .relaxed)
        let run = try journal.startRun(experiment: name, name: "r")
        try run.log(parameter: "depth", 5)
        for step in 0..<3000 {
            try run.log(metric: "m", Double(step), step: Int64(step))
            if step == 1000 {
                try await Task.sleep(for: .seconds(3))
                #expect(!journal.status.isDelivered)
                isCut.store(false, ordering: .relaxed)
            }
            if step % 100 == 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
        try run.end()
        let id = try await run.id(within: .seconds(120))
        #expect(await journal.close(within: .seconds(120)))
        try await check(TestServers.mlflow().uri, name, id, count: 3000)
    }

    @Test func aRestartedServerLosesNothing() async throws {
        let folder = try TemporaryFolder()
        let server = try await onDedicatedThread(named: "server") { _ in try OwnServer(.mlflow) }
        let uri = try server.mlflow().uri
        let journal = try TrackingJournal(folder: folder.path("journal"), options: Self.options) {
            try await TrackingClient.open(uri)
        }
        let run = try journal.startRun(experiment: "e", name: "r")
        try run.log(parameter: "depth", 5)
        for step in 0..<500 { try run.log(metric: "m", Double(step), step: Int64(step)) }
        let id = try await run.id(within: .seconds(60))
        try await onDedicatedThread(named: "server") { _ in try server.kill() }
        for step in 500..<1000 { try run.log(metric: "m", Double(step), step: Int64(step)) }
        try await onDedicatedThread(named: "server") { _ in try server.start() }
        for step in 1000..<1500 { try run.log(metric: "m", Double(step), step: Int64(step)) }
        try run.end()
        #expect(await journal.close(within: .seconds(120)))
        try await check(uri, "e", id, count: 1500)
    }
}
