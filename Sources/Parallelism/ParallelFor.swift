import Dispatch
import Synchronization

/// Calls `body` once for each index below `count`, on at most `threads` threads, the caller's among them. Indices are
/// handed out in ascending order, one at a time: make an iteration worth at least some microseconds.
///
/// Call it from a dedicated thread, never from a task: it blocks until all iterations are done.
package func parallelFor(count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(max(1, threads), count)
    guard workers > 1 else {
        for index in 0..<count { body(index) }
        return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            body(index)
        }
    }
}

/// Like ``parallelFor(count:threads:_:)``, for work that can fail: after the first error no more indices are handed
/// out; it is thrown once the running iterations have ended.
package func parallelForThrowing(count: Int, threads: Int, _ body: @Sendable (Int) throws -> Void) throws {
    let failure = Lock<(any Error)?>(nil)
    let hasFailed = Atomic<Bool>(false)
    parallelFor(count: count, threads: threads) { index in
        guard !hasFailed.load(ordering: .relaxed) else { return }
        do {
            try body(index)
        } catch {
            hasFailed.store(true, ordering: .relaxed)
            failure.withLock { if $0 == nil { $0 = error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}
