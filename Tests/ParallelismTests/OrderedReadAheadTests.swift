import Parallelism
import Synchronization
import Testing

// Each step waits for its turn among all tests that run at the same time.
@Suite(.timeLimit(.minutes(5)))
struct OrderedReadAheadTests {
    private struct Failure: Error {}

    /// Numbers from 0 on, and how many of them have been produced.
    private final class Numbers: Sendable {
        let produced = Atomic<Int>(0)

        func next(upTo end: Int) -> Int? {
            let number = produced.load(ordering: .relaxed)
            guard number < end else { return nil }
            produced.store(number + 1, ordering: .relaxed)
            return number
        }
    }

    @Test func resultsAreInOrderAndBounded() async throws {
        let numbers = Numbers()
        let readAhead = OrderedReadAhead(
            width: 3, produce: { numbers.next(upTo: 12) },
            work: { number in
                // Later elements end before earlier ones.
                for _ in 0..<(number % 3 == 0 ? 2 : 0) { await Task.yield() }
                return number * 2
            })
        var taken = 0
        while let result = try await readAhead.next() {
            #expect(result == taken * 2)
            taken += 1
            #expect(numbers.produced.load(ordering: .relaxed) <= taken + 2)
        }
        #expect(taken == 12)
    }

    @Test func aFailureOfTheProducerComesAfterTheResultsBefore() async throws {
        let numbers = Numbers()
        let readAhead = OrderedReadAhead(
            width: 4,
            produce: { () throws -> Int? in
                guard let number = numbers.next(upTo: 2) else { throw Failure() }
                return number
            }, work: { $0 })
        #expect(try await readAhead.next() == 0)
        #expect(try await readAhead.next() == 1)
        await #expect(throws: Failure.self) { try await readAhead.next() }
    }

    @Test func nothingIsProducedAfterACancellation() async throws {
        let numbers = Numbers()
        let readAhead = OrderedReadAhead(width: 2, produce: { numbers.next(upTo: 50) }, work: { $0 })
        #expect(try await readAhead.next() == 0)
        await readAhead.cancel()
        #expect(try await readAhead.next() == nil)
        #expect(numbers.produced.load(ordering: .relaxed) == 2)
    }
}
