import Streaming
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BatchChannelTests {
    private struct Failure: Error {}

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test func noMoreBatchesWaitThanItHolds() async throws {
        let progress = Count()
        let channel = BatchChannel<Int>(capacity: 2) { progress.value.add(1, ordering: .relaxed) }
        #expect(channel.offer(1) && channel.offer(2))
        #expect(!channel.offer(3))
        #expect(try await channel.next() == 1)
        #expect(progress.value.load(ordering: .relaxed) == 1)
        #expect(channel.offer(3))
        #expect(try await channel.next() == 2)
        #expect(try await channel.next() == 3)
    }

    @Test func aWaitingReaderGetsTheNextBatch() async throws {
        let progress = Count()
        let channel = BatchChannel<Int>(capacity: 1) { progress.value.add(1, ordering: .relaxed) }
        async let first = channel.next()
        while progress.value.load(ordering: .relaxed) == 0 { await Task.yield() }
        #expect(channel.offer(7) && channel.offer(8), "the first goes to the reader, the second waits")
        #expect(!channel.offer(9))
        #expect(try await first == 7)
    }

    @Test func queuedBatchesComeBeforeTheEnd() async throws {
        let channel = BatchChannel<Int>(capacity: 2) {}
        #expect(channel.offer(1))
        channel.finish(Failure())
        #expect(!channel.isReaderDone)
        #expect(try await channel.next() == 1)
        await #expect(throws: Failure.self) { try await channel.next() }
        #expect(channel.isReaderDone)
        #expect(try await channel.next() == nil, "the failure is thrown once")
    }

    @Test func discardedBatchesAreNotRead() async throws {
        let channel = BatchChannel<Int>(capacity: 2) {}
        #expect(channel.offer(1))
        channel.discardQueued()
        channel.finish()
        #expect(try await channel.next() == nil)
    }

    @Test func aCancelledReaderEnds() async {
        let channel = BatchChannel<Int>(capacity: 1) {}
        let reader = Task { try await channel.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(channel.isReaderDone)
    }
}
