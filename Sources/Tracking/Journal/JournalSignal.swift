import Parallelism

/// Wakes one waiting task. A signal that is raised while nobody waits is kept for the next waiter.
final class JournalSignal: Sendable {
    private struct State {
        var isRaised = false
        var turn = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Lock(State())

    func raise() {
        state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isRaised = true }
            return state.waiter
        }?.resume()
    }

    /// Returns when the signal is raised, when the time is over, or when the task is cancelled.
    func wait(atMost time: Duration?) async {
        let turn = state.withLock { state in
            state.turn += 1
            return state.turn
        }
        let timer = time.map { time in
            Task { [weak self] in
                try? await Task.sleep(for: time)
                self?.release(turn)
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.isRaised, !Task.isCancelled, state.turn == turn else {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            release(turn)
        }
        timer?.cancel()
    }

    /// Ends one wait, if it is still in progress; a wait that has not begun ends at once.
    private func release(_ turn: Int) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.turn == turn else { return nil }
            defer { state.waiter = nil }
            if state.waiter == nil { state.turn += 1 }
            return state.waiter
        }?.resume()
    }
}
