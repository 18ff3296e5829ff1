import Dispatch
import Essentials

/// Threads for short blocking calls, such as reading a file, so that no thread of the cooperative pool waits for a disk.
///
/// Threads start when they are needed, at most `maximumThreads`, and then stay. Calls that wait for other calls of the
/// same pool can exhaust it; give long work its own thread with ``onDedicatedThread(named:_:)``.
package final class BlockingPool: Sendable {
    /// For file systems: enough calls in flight to keep a disk or a network file system busy.
    package static let files = BlockingPool(name: "files", maximumThreads: 16)

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var nextJob = 0
        var threads = 0
        var idleThreads = 0

        var waitingJobs: Int { jobs.count - nextJob }

        mutating func takeJob() -> @Sendable () -> Void {
            let job = jobs[nextJob]
            nextJob += 1
            if nextJob == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                nextJob = 0
            }
            return job
        }
    }

    private let name: String
    private let maximumThreads: Int
    private let state = Lock(State())
    private let jobsWaiting = DispatchSemaphore(value: 0)

    package init(name: String, maximumThreads: Int) {
        self.name = name
        self.maximumThreads = max(1, maximumThreads)
    }

    /// Runs a blocking call on a thread of the pool; calls start in the order they were made.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let handover = Handover()
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, any Error>, Never>) in
            enqueue {
                let result = Swift.Result { try body() }
                handover.give()
                continuation.resume(returning: result)
            }
        }
        handover.take()
        return try result.get()
    }

    private func enqueue(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.waitingJobs > state.idleThreads, state.threads < maximumThreads else { return false }
            state.threads += 1
            state.idleThreads += 1
            return true
        }
        jobsWaiting.signal()
        if needsThread { addThread() }
    }

    private func addThread() {
        startThread(named: name) { [self] in
            while true {
                jobsWaiting.wait()
                let job = state.withLock { state in
                    state.idleThreads -= 1
                    return state.takeJob()
                }
                job()
                state.withLock { $0.idleThreads += 1 }
            }
        }
    }
}
