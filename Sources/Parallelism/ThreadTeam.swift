import Essentials
import Synchronization

/// A fixed team of threads that run many short jobs together (fork and join).
///
/// Between jobs the threads first spin, then give up the processor, then sleep: starting a job costs about a
/// microsecond while jobs follow one another, and idle threads cost nothing.
///
/// A team belongs to one thread at a time: the one that calls ``run(_:)``. Call it from a dedicated thread, never from a
/// task: it blocks until the job is done.
package final class ThreadTeam {
    /// The threads of a job, the caller's among them.
    package let threadCount: Int
    private let exchange: Exchange

    package init(threads: Int) {
        threadCount = max(1, threads)
        exchange = Exchange()
        for index in 1..<max(1, threadCount) {
            startThread(named: "team-\(index)", stackSize: 4 << 20) { [exchange] in exchange.work(as: index) }
        }
    }

    deinit { exchange.stop() }

    /// Calls `body` on the caller's thread as number 0 and on those helpers that wake up in time, each under its own
    /// number, and returns when these calls have ended. A helper that gets no processor is not waited for: the body
    /// takes work from a shared queue until it is empty. What the calls share must be safe to share.
    package func run(_ body: (_ thread: Int) -> Void) {
        guard threadCount > 1 else { return body(0) }
        withoutActuallyEscaping(body) { exchange.run($0) }
    }

    /// Calls `body` once for each index below `count` with the number of the calling thread. Indices are handed out one at
    /// a time in ascending order.
    package func forEach(count: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
        guard threadCount > 1, count > 1 else {
            for index in 0..<count { body(index, 0) }
            return
        }
        let next = Atomic<Int>(0)
        run { thread in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index, thread)
            }
        }
    }
}

/// What the caller and its helpers share.
///
/// `state` holds the number of helpers inside the job, whether the job is open for more, and the job's number.
///
/// `@unchecked Sendable`: `job` is the only plain variable. The owner writes it only while the job is closed and no helper is
/// inside; a helper reads it only while it is inside.
private final class Exchange: @unchecked Sendable {
    private var job: ((Int) -> Void)?
    private let state = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private let condition = Condition()

    private static let helperMask = 0xFFFF
    private static let open = 0x1_0000
    private static let jobShift = 17
    private static let spins = 4000
    private static let yields = 64

    func run(_ body: @escaping (Int) -> Void) {
        job = body
        openNextJob()
        body(0)
        state.bitwiseXor(Self.open, ordering: .sequentiallyConsistent)
        var waits = 0
        while state.load(ordering: .acquiring) & Self.helperMask != 0 {
            waits += 1
            if waits > Self.spins { sched_yield() }
        }
        job = nil
    }

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        openNextJob()
    }

    private func openNextJob() {
        let number = (state.load(ordering: .relaxed) >> Self.jobShift) + 1
        state.store(number << Self.jobShift | Self.open, ordering: .sequentiallyConsistent)
        // A helper announces its sleep before it checks the state a last time, so either it sees the job or the caller
        // sees the sleep.
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            condition.lock()
            condition.broadcast()
            condition.unlock()
        }
    }

    func work(as index: Int) {
        var seen = 0
        while true {
            let current = waitForJob(after: seen)
            seen = current >> Self.jobShift
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            guard enter(seen) else { continue }
            job?(index)
            state.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// Counts the caller among the job's helpers, unless the job is over.
    private func enter(_ number: Int) -> Bool {
        var current = state.load(ordering: .relaxed)
        while current >> Self.jobShift == number, current & Self.open != 0 {
            let (entered, original) = state.weakCompareExchange(
                expected: current, desired: current + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if entered { return true }
            current = original
        }
        return false
    }

    private func waitForJob(after seen: Int) -> Int {
        for attempt in 0..<(Self.spins + Self.yields) {
            let current = state.load(ordering: .acquiring)
            if current >> Self.jobShift != seen { return current }
            if attempt > Self.spins { sched_yield() }
        }
        condition.lock()
        defer { condition.unlock() }
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        while true {
            let current = state.load(ordering: .sequentiallyConsistent)
            if current >> Self.jobShift != seen { return current }
            condition.wait()
        }
    }
}
