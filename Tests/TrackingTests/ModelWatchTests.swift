import Parallelism
import TestSupport
import Testing
import Tracking

/// A watcher of an alias gets each version that the alias is moved to.
@Suite struct ModelWatchTests {
    @Test(arguments: Backend.allCases)
    func versionsFollowTheAlias(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let name = UniqueNames()("fraud")
        for version in 1...3 {
            let run = try await client.experiment(named: name).startRun()
            try await run.log(text: "model \(version)", as: "model/model.txt")
            try await client.models.register(name, source: "runs:/\(run.id)/model")
        }
        try await client.models.setAlias("champion", of: name, to: 1)
        let failures = Lock<[String]>([])
        var watch = client.models.watch("models:/\(name)@champion", every: .milliseconds(20)) { error in
            failures.withLock { $0.append("\(error)") }
        }.makeAsyncIterator()
        var models: [ResolvedModel] = []
        models.append(try #require(try await watch.next()))
        try await client.models.deleteAlias("champion", of: name)
        while failures.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(5)) }
        try await client.models.setAlias("champion", of: name, to: 3)
        models.append(try #require(try await watch.next()))
        #expect(models.map(\.version.version) == [1, 3])
        #expect(try await models[1].files.read("model.txt") == Array("model 3".utf8))
        #expect(failures.withLock { $0.count } == 1)
        await #expect(throws: TrackingError.self) {
            for try await _ in client.models.watch("models:/\(name)@none") {}
        }
        try await client.close()
    }
}
