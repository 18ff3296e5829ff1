/// Who may use which connection: the pool's decisions, without locks and threads.
///
/// A connection is named by a number. Those that wait get one in the order in which they came.
package struct PoolQueue<Waiter> {
    package enum Grant: Equatable {
        /// One that exists; the most recently used, which is the likeliest to be alive.
        case existing(Int)
        /// One that is to be started.
        case new(Int)
        /// None is free: the waiter has its turn later.
        case later
        /// The pool is closed.
        case refused
    }

    private let maximum: Int
    private var idle: [Int] = []
    private var all: Set<Int> = []
    private var nextNumber = 0
    private var waiters: [(id: Int, waiter: Waiter)] = []
    private var isClosed = false

    package init(maximum: Int) { self.maximum = max(1, maximum) }

    /// Whether the pool is closed and the last connection has gone.
    package var hasEnded: Bool { isClosed && all.isEmpty }

    /// Connections that exist.
    package var count: Int { all.count }

    /// Connections that nobody uses.
    package var idleCount: Int { idle.count }

    /// Those who wait.
    package var waiterCount: Int { waiters.count }

    package mutating func acquire() -> Grant {
        guard !isClosed else { return .refused }
        if let number = idle.popLast() { return .existing(number) }
        guard all.count < maximum else { return .later }
        nextNumber += 1
        all.insert(nextNumber)
        return .new(nextNumber)
    }

    /// To be called when ``acquire()`` says `later`.
    package mutating func wait(_ id: Int, _ waiter: Waiter) { waiters.append((id, waiter)) }

    /// Takes back a connection.
    /// - Returns: who gets it next, and whether it is to end because the pool is closed.
    package mutating func release(_ number: Int) -> (next: Waiter?, ends: Bool) {
        if isClosed { return (nil, true) }
        guard !waiters.isEmpty else {
            idle.append(number)
            return (nil, false)
        }
        return (waiters.removeFirst().waiter, false)
    }

    /// Takes a waiter out who has lost patience; nil when it has had its turn.
    package mutating func leave(_ id: Int) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Lets an idle connection go.
    /// - Returns: false when it has just been given to somebody.
    package mutating func retire(_ number: Int) -> Bool {
        guard let index = idle.firstIndex(of: number) else { return false }
        idle.remove(at: index)
        return true
    }

    /// A new connection could not even be started.
    package mutating func giveUp(_ number: Int) { all.remove(number) }

    /// The connection has gone.
    /// - Returns: who came while it was on its way out, and the number of the connection to start instead.
    package mutating func remove(_ number: Int) -> (next: Waiter, number: Int)? {
        all.remove(number)
        guard !waiters.isEmpty, all.count < maximum else { return nil }
        nextNumber += 1
        all.insert(nextNumber)
        return (waiters.removeFirst().waiter, nextNumber)
    }

    /// - Returns: those who wait and are refused, and the idle connections, which are to end.
    package mutating func close() -> (refused: [Waiter], ending: [Int]) {
        isClosed = true
        defer {
            waiters = []
            idle = []
        }
        return (waiters.map(\.waiter), idle)
    }
}
