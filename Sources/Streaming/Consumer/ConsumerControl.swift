import Dispatch
import Parallelism

/// The state that a consumer's thread shares with other threads.
final class ConsumerControl: Sendable {
    /// A caller that waits for a commit.
    struct Commit: Sendable {
        let position: ConsumerPosition
        let onFinished: @Sendable ((any Error)?) -> Void
    }

    private struct State: Sendable {
        var commits: [Commit] = []
        var isStopping = false
        var isOver = false
        var lag = ConsumerLag()
        var skippedOffsets: Int64 = 0
        /// Nil before the thread has created its client and after it has destroyed it.
        var queue: KafkaQueue?
    }

    private let state = Lock(State())
    private let signal = DispatchSemaphore(value: 0)

    var lag: ConsumerLag { state.withLock(\.lag) }
    var skippedOffsets: Int64 { state.withLock(\.skippedOffsets) }
    var isStopping: Bool { state.withLock(\.isStopping) }

    func stop() {
        state.withLock { $0.isStopping = true }
        wake()
    }

    func commit(_ commit: Commit) {
        let isOver = state.withLock { state in
            if !state.isOver { state.commits.append(commit) }
            return state.isOver
        }
        if isOver {
            commit.onFinished(ConsumerEndedError())
        } else {
            wake()
        }
    }

    /// Ends the thread's wait, for messages or for the reader.
    func wake() {
        signal.signal()
        state.withLock { $0.queue?.wake() }
    }

    // MARK: For the thread

    func open(_ queue: KafkaQueue) { state.withLock { $0.queue = queue } }

    func waitForSignal(_ limit: Duration) {
        _ = signal.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds)))
    }

    func takeCommits() -> [Commit] {
        state.withLock { state in
            var taken: [Commit] = []
            swap(&taken, &state.commits)
            return taken
        }
    }

    func publish(_ lag: ConsumerLag, skippedOffsets: Int64) {
        state.withLock {
            $0.lag = lag
            $0.skippedOffsets = skippedOffsets
        }
    }

    /// After this, nobody wakes the queue, and commits are refused.
    func close() {
        let refused = state.withLock { state in
            state.isOver = true
            state.queue = nil
            var taken: [Commit] = []
            swap(&taken, &state.commits)
            return taken
        }
        for commit in refused { commit.onFinished(ConsumerEndedError()) }
    }
}

/// The consumer has left its group: nothing can be committed any more.
public struct ConsumerEndedError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A message that says so.
    public var description: String { "the consumer has ended; its offsets can no longer be committed" }
}
