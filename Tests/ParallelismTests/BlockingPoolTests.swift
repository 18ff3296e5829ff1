import Foundation
import Parallelism
import Testing

@Suite struct BlockingPoolTests {
    private struct Refusal: Error {}

    private final class Counts: Sendable {
        let meeting = Lock(0)
        let busy = Lock((now: 0, most: 0))
    }

    @Test func resultsAndErrorsComeBack() async throws {
        let pool = BlockingPool(name: "test", maximumThreads: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<500 { group.addTask { try await pool.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 124_750)
        await #expect(throws: Refusal.self) { try await pool.run { throw Refusal() } }
    }

    @Test func allowedThreadsAndNoMoreAreBusy() async throws {
        let pool = BlockingPool(name: "test", maximumThreads: 4)
        let counts = Counts()
        // Four calls that wait for one another: they end only if four threads run them at once.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await pool.run {
                        counts.meeting.withLock { $0 += 1 }
                        while counts.meeting.withLock({ $0 < 4 }) { Thread.sleep(forTimeInterval: 0.001) }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.run {
                        counts.busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        Thread.sleep(forTimeInterval: 0.002)
                        counts.busy.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        let most = counts.busy.withLock { $0.most }
        #expect((2...4).contains(most))
    }
}
