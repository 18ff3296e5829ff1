import Parallelism

/// The state that a pool's tasks and threads share; lives until the last thread has ended.
final class PoolCore: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<ConnectionThread, any Error>
        let timer: Task<Void, Never>
    }

    private struct State {
        var queue: PoolQueue<Waiter>
        var threads: [Int: ConnectionThread] = [:]
        var nextWaiter = 0
        /// Waiters that were cancelled before they waited.
        var cancelledEarly: Set<Int> = []
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let settings: SessionSettings
    private let waitTimeout: Duration
    private let idleTimeout: Duration
    private let state: Lock<State>

    init(settings: SessionSettings, maximumConnections: Int, waitTimeout: Duration, idleTimeout: Duration) {
        self.settings = settings
        self.waitTimeout = waitTimeout
        self.idleTimeout = idleTimeout
        state = Lock(State(queue: PoolQueue(maximum: maximumConnections)))
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable (PostgreSQLConnection) throws -> Value) async throws -> Value
    {
        let thread = try await lease()
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                thread.post(flag) { [self] connection in
                    let outcome = Result {
                        let connection = try connection.get()
                        defer { connection.leave() }
                        try flag.check()
                        return try body(connection)
                    }
                    release(thread)
                    continuation.resume(with: outcome)
                }
            }
        } onCancel: {
            flag.cancel()
            thread.wake()
        }
    }

    var waitingCount: Int { state.withLock { $0.queue.waiterCount } }

    // MARK: Leases

    private func lease() async throws -> ConnectionThread {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        defer { _ = state.withLock { $0.cancelledEarly.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in acquire(id, continuation) }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.queue.leave(id)
                if waiter == nil { state.cancelledEarly.insert(id) }
                return waiter
            }
            refuse(waiter, CancellationError())
        }
    }

    private func acquire(_ id: Int, _ continuation: CheckedContinuation<ConnectionThread, any Error>) {
        let outcome: Result<ConnectionThread, any Error>? = state.withLock { state in
            guard !state.cancelledEarly.contains(id) else { return .failure(CancellationError()) }
            switch state.queue.acquire() {
            case .refused: return .failure(Self.closed)
            case .existing(let number):
                return state.threads[number].map { .success($0) } ?? .failure(Self.closed)
            case .new(let number): return startThread(number, &state)
            case .later:
                let timer = Task { [self, waitTimeout] in
                    guard (try? await Task.sleep(for: waitTimeout)) != nil else { return }
                    let waiter = self.state.withLock { $0.queue.leave(id) }
                    refuse(waiter, exhausted)
                }
                state.queue.wait(id, Waiter(continuation: continuation, timer: timer))
                return nil
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func startThread(_ number: Int, _ state: inout State) -> Result<ConnectionThread, any Error> {
        do {
            let thread = try ConnectionThread(number: number, settings: settings)
            state.threads[number] = thread
            thread.start(
                idleTimeout: idleTimeout,
                mayRetire: { [self] in self.state.withLock { $0.queue.retire(number) } },
                ended: { [self] in hasEnded(number) })
            return .success(thread)
        } catch {
            state.queue.giveUp(number)
            return .failure(error)
        }
    }

    private func release(_ thread: ConnectionThread) {
        let (next, ends) = state.withLock { $0.queue.release(thread.number) }
        if ends { thread.end() }
        guard let next else { return }
        next.timer.cancel()
        next.continuation.resume(returning: thread)
    }

    private func refuse(_ waiter: Waiter?, _ error: any Error) {
        waiter?.timer.cancel()
        waiter?.continuation.resume(throwing: error)
    }

    private static var closed: PostgreSQLError { PostgreSQLError(.closed, "the pool of connections is closed") }

    private var exhausted: PostgreSQLError {
        PostgreSQLError(.poolExhausted, "no connection became free in \(waitTimeout)")
    }

    // MARK: The end

    func close() {
        let (refused, ending) = state.withLock { state in
            let (refused, ending) = state.queue.close()
            return (refused, ending.compactMap { state.threads[$0] })
        }
        for waiter in refused { refuse(waiter, Self.closed) }
        for thread in ending { thread.end() }
    }

    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.queue.hasEnded { state.closeWaiters.append(continuation) }
                return state.queue.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func hasEnded(_ number: Int) {
        let (next, waiters) = state.withLock { state in
            state.threads[number] = nil
            let next = state.queue.remove(number).map { ($0.next, startThread($0.number, &state)) }
            guard state.queue.hasEnded else { return (next, [CheckedContinuation<Void, Never>]()) }
            defer { state.closeWaiters = [] }
            return (next, state.closeWaiters)
        }
        for waiter in waiters { waiter.resume() }
        guard let (waiter, thread) = next else { return }
        waiter.timer.cancel()
        waiter.continuation.resume(with: thread)
    }
}
