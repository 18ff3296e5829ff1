import Foundation
import Parallelism
import Synchronization
import Testing

@Suite struct ThreadTeamTests {
    @Test(arguments: [1, 2, 5])
    func `each index is handed out once in each of many jobs`(threads: Int) {
        let team = ThreadTeam(threads: threads)
        for job in 0..<2000 {
            let count = job % 37
            let sum = Atomic<Int>(0)
            let calls = Atomic<Int>(0)
            team.forEach(count: count) { index, thread in
                #expect(thread >= 0 && thread < threads)
                sum.wrappingAdd(index + 1, ordering: .relaxed)
                calls.wrappingAdd(1, ordering: .relaxed)
            }
            #expect(calls.load(ordering: .relaxed) == count)
            #expect(sum.load(ordering: .relaxed) == count * (count + 1) / 2)
        }
    }

    @Test func `helpers work beside the caller and wake up from sleep`() {
        let team = ThreadTeam(threads: 3)
        for _ in 0..<3 {
            Thread.sleep(forTimeInterval: 0.05)
            // Nobody can pass before two threads are inside, so this ends only if a helper comes.
            let inside = Atomic<Int>(0)
            team.run { _ in
                inside.wrappingAdd(1, ordering: .acquiringAndReleasing)
                while inside.load(ordering: .acquiring) < 2 { Thread.sleep(forTimeInterval: 0.001) }
            }
            #expect(inside.load(ordering: .relaxed) >= 2)
        }
    }

    @Test func `no two calls of a job have the same number`() {
        let team = ThreadTeam(threads: 4)
        for _ in 0..<200 {
            let seen = Lock<[Int]>([])
            team.run { thread in seen.withLock { $0.append(thread) } }
            let numbers = seen.withLock { $0 }
            #expect(numbers.contains(0))
            #expect(Set(numbers).count == numbers.count)
        }
    }
}
