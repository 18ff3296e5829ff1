/// Who may use which connection: the pool's decisions, without locks and threads.
///
/// Connections are identified by number. Waiters get one in the order in which they came.
package struct PoolQueue<Waiter> {
    package enum Grant: Equatable {
        /// One that exists; the most recently used, which is most likely alive.
        case existing(Int)
        /// One that is to be started.
        case new(Int)
        /// None is free: the waiter gets one later.
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

    /// Tasks that wait.
    package var waiterCount: Int { waiters.count }

    package mutating func acquire() -> Grant {
        guard !isClosed else { return .refused }
        if let number = idle.popLast() { return .existing(number) }
        guard all.count < maximum else { return .later }
        nextNumber += 1
        all.insert(nextNumber)
        return .new(nextNumber)
    }

    /// Call this when ``acquire()`` returns `later`.
    package mutating func wait(_ id: Int, _ waiter: Waiter) { waiters.append((id, waiter)) }

    /// Takes back a connection.
    /// - Returns: the waiter that gets it next, and whether it is to end because the pool is closed.
    package mutating func release(_ number: Int) -> (next: Waiter?, ends: Bool) {
        if isClosed { return (nil, true) }
        guard !waiters.isEmpty else {
            idle.append(number)
            return (nil, false)
        }
        return (waiters.removeFirst().waiter, false)
    }

    /// Removes a waiter that has timed out; nil when it has already been given a connection.
    package mutating func leave(_ id: Int) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Removes an idle connection.
    /// - Returns: false when it has just been given to somebody.
    package mutating func retire(_ number: Int) -> Bool {
        guard let index = idle.firstIndex(of: number) else { return false }
        idle.remove(at: index)
        return true
    }

    /// A new connection could not be started.
    package mutating func giveUp(_ number: Int) { all.remove(number) }

    /// The connection has gone.
    /// - Returns: a waiter that came while it was ending, and the number of the connection to start instead.
    package mutating func remove(_ number: Int) -> (next: Waiter, number: Int)? {
        all.remove(number)
        guard !waiters.isEmpty, all.count < maximum else { return nil }
        nextNumber += 1
        all.insert(nextNumber)
        return (waiters.removeFirst().waiter, nextNumber)
    }

    /// - Returns: the waiters, which are refused, and the idle connections, which are to end.
    package mutating func close() -> (refused: [Waiter], ending: [Int]) {
        isClosed = true
        defer {
            waiters = []
            idle = []
        }
        return (waiters.map(\.waiter), idle)
    }
}
