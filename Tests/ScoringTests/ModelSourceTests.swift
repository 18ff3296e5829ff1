import Parallelism
import Scoring
import StorageIO
import Testing

@Suite struct ModelSourceTests {
    @Test func aFixedSourceGivesItsModelAndEnds() async throws {
        let source = ModelSource.fixed(try ScoringFixture.model(threshold: 0.7))
        for _ in 0..<2 {
            var thresholds: [Double] = []
            for try await model in source { thresholds.append(model.threshold) }
            #expect(thresholds == [0.7])
        }
    }

    @Test(.timeLimit(.minutes(1))) func aWatchedFolderGivesEachNewModelAndKeepsTheOldOneOnFailure() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        try await ScoringFixture.model(threshold: 0.1).save(to: location)
        let (failures, report) = AsyncStream.makeStream(of: String.self)
        let source = ModelSource.watching(location, every: .milliseconds(5)) { report.yield("\($0)") }
        var models = source.makeAsyncIterator()
        #expect(try await models.next()?.threshold == 0.1)

        // A damaged model is reported and skipped.
        let manifest = try ObjectKey("models/one/SHA256SUMS")
        let text = String(decoding: try await store.read(manifest), as: UTF8.self)
        try await store.put(Array(text.replacing("0", with: "1").utf8), to: manifest)
        var reported = failures.makeAsyncIterator()
        #expect(try #require(await reported.next()).contains("is damaged"))

        try await ScoringFixture.model(threshold: 0.2).save(to: location)
        #expect(try await models.next()?.threshold == 0.2)
        try await ScoringFixture.model(threshold: 0.3).save(to: location)
        #expect(try await models.next()?.threshold == 0.3)
    }

    @Test(.timeLimit(.minutes(1))) func anOpenedSourceBeginsWithTheModelThatWasReadAndGoesOn() async throws {
        let location = try ScoringFixture.location()
        try await ScoringFixture.model(threshold: 0.1).save(to: location)
        let (first, models) = try await ModelSource.watching(location, every: .milliseconds(5)).opened()
        #expect(first.threshold == 0.1)
        var iterator = models.makeAsyncIterator()
        #expect(try await iterator.next()?.threshold == 0.1)
        try await ScoringFixture.model(threshold: 0.2).save(to: location)
        #expect(try await iterator.next()?.threshold == 0.2)
        await #expect(throws: ScoringError.noModel) { for try await _ in models {} }
    }

    @Test func anOpenedSourceReadsOnce() async throws {
        let reads = Lock(0)
        let source = ModelSource.reading {
            reads.withLock { $0 += 1 }
            return try ScoringFixture.model(threshold: 0.4)
        }
        let (first, models) = try await source.opened()
        var thresholds = [first.threshold]
        for try await model in models { thresholds.append(model.threshold) }
        #expect(thresholds == [0.4, 0.4])
        #expect(reads.withLock { $0 } == 1)
    }

    @Test func aSourceThatCannotBeReadIsNotOpened() async throws {
        let location = try ScoringFixture.location()
        await #expect(throws: StoredModelError.unfinished(folder: "memory://tests/models/one")) {
            _ = try await ModelSource.watching(location, every: .milliseconds(5)).opened()
        }
        await #expect(throws: ScoringError.noModel) {
            _ = try await ModelSource { AsyncThrowingStream { $0.finish() } }.opened()
        }
    }

    @Test func withoutAModelToBeginWithThereIsAnError() async throws {
        let location = try ScoringFixture.location()
        await #expect(throws: StoredModelError.unfinished(folder: "memory://tests/models/one")) {
            for try await _ in ModelSource.watching(location, every: .milliseconds(5)) {}
        }
    }

    @Test(.timeLimit(.minutes(1))) func watchingEndsWithItsTask() async throws {
        let location = try ScoringFixture.location()
        try await ScoringFixture.model().save(to: location)
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for try await _ in ModelSource.watching(location, every: .milliseconds(5)) { signal.yield() }
        }
        for await _ in started { break }
        task.cancel()
        _ = await task.result
    }
}
