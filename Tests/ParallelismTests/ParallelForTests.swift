import Foundation
import Parallelism
import Synchronization
import Testing

@Suite struct ParallelForTests {
    @Test(arguments: [(0, 4), (1, 4), (7, 1), (1_000, 2), (1_000, 5)])
    func eachIndexIsVisitedOnce(count: Int, threads: Int) {
        let visits = Lock([Int](repeating: 0, count: count))
        parallelFor(count: count, threads: threads) { index in visits.withLock { $0[index] += 1 } }
        #expect(visits.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    struct Failure: Error, Equatable {
        var index: Int
    }

    @Test func anErrorStopsTheLoop() {
        let visited = Atomic<Int>(0)
        let failure = #expect(throws: Failure.self) {
            try parallelForThrowing(count: 1_000_000, threads: 2) { index in
                visited.wrappingAdd(1, ordering: .relaxed)
                if index == 10 { throw Failure(index: index) }
            }
        }
        #expect(failure == Failure(index: 10))
        #expect(visited.load(ordering: .relaxed) < 1_000_000)
    }

    @Test func dedicatedThreadsReturnResultsAndErrors() async throws {
        let sum = try await onDedicatedThread(named: "worker") { _ in (1...100).reduce(0, +) }
        #expect(sum == 5050)
        await #expect(throws: Failure(index: 3)) {
            try await onDedicatedThread(named: "worker") { _ in throw Failure(index: 3) }
        }
    }

    @Test func dedicatedThreadsKeepTheTypeOfErrors() async throws {
        do throws(Failure) {
            let sum = try await onDedicatedThread(named: "worker", throwing: Failure.self) { _ throws(Failure) in
                (1...100).reduce(0, +)
            }
            #expect(sum == 5050)
            try await onDedicatedThread(named: "worker", throwing: Failure.self) { _ throws(Failure) in
                throw Failure(index: 4)
            }
        } catch {
            #expect(error.index == 4)
            return
        }
        Issue.record("the error is lost")
    }

    @Test func cancellationReachesTheThread() async {
        let task = Task {
            try await onDedicatedThread(named: "worker") { flag in
                while true {
                    try flag.check()
                    Thread.sleep(forTimeInterval: 0.001)
                }
            }
        }
        try? await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
