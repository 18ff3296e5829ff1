import CLibPQ
import Foundation
import Parallelism

/// The thread of one connection: opens it when there is work, and keeps it for later work.
final class ConnectionThread: Sendable {
    /// Gets the connection, or the error if there is none, and returns it to the pool.
    typealias Work = @Sendable (Result<PostgreSQLConnection, any Error>) -> Void

    private struct State {
        var work: (flag: CancellationFlag, body: Work)?
        var isEnding = false
    }

    let number: Int
    private let settings: SessionSettings
    private let wakeup: Wakeup
    private let state = Lock(State())

    /// - Throws: ``PostgreSQLError`` when the process may not open more files.
    init(number: Int, settings: SessionSettings) throws {
        self.number = number
        self.settings = settings
        wakeup = try Wakeup()
    }

    /// Starts the thread.
    /// - Parameters:
    ///   - idleTimeout: after so long without work, it asks whether it may end.
    ///   - mayRetire: whether it may.
    ///   - ended: called when the connection has been closed.
    func start(idleTimeout: Duration, mayRetire: @escaping @Sendable () -> Bool, ended: @escaping @Sendable () -> Void)
    {
        startThread(named: "postgresql", stackSize: 8 << 20) { [self] in
            run(idleTimeout: idleTimeout, mayRetire: mayRetire)
            ended()
        }
    }

    /// Gives it work. Only the current holder of the connection may do so.
    func post(_ flag: CancellationFlag, _ body: @escaping Work) {
        state.withLock { $0.work = (flag, body) }
        wakeup.signal()
    }

    /// Makes it end after the current work.
    func end() {
        state.withLock { $0.isEnding = true }
        wakeup.signal()
    }

    /// Makes it check the flag of its work.
    func wake() { wakeup.signal() }

    // MARK: The thread

    private func run(idleTimeout: Duration, mayRetire: () -> Bool) {
        var connection: PostgreSQLConnection?
        var idleSince = ContinuousClock.now
        while true {
            let (work, isEnding) = state.withLock { state in
                defer { state.work = nil }
                return (state.work, state.isEnding)
            }
            if let work {
                connection = perform(work, connection)
                idleSince = .now
                continue
            }
            if isEnding { return }
            if idleSince + idleTimeout <= .now {
                if mayRetire() { return }
                // The connection has just been leased, and work is on its way.
                idleSince = .now
            }
            if waitForEvent(connection, until: idleSince + idleTimeout) == .serverSpoke, connection?.isAlive() != true {
                connection = nil
            }
        }
    }

    private enum Event { case woken, serverSpoke }

    private func waitForEvent(_ connection: PostgreSQLConnection?, until deadline: ContinuousClock.Instant) -> Event {
        var entries = [pollfd(fd: wakeup.readEnd, events: Int16(POLLIN), revents: 0)]
        if let connection {
            entries.append(pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0))
        }
        Poll.wait(&entries, until: deadline)
        wakeup.drain()
        return entries.count > 1 && entries[1].revents != 0 ? .serverSpoke : .woken
    }

    /// Runs work on the connection, or on a new one if it is not alive.
    /// - Returns: the connection, if it is still usable.
    private func perform(_ work: (flag: CancellationFlag, body: Work), _ existing: PostgreSQLConnection?)
        -> PostgreSQLConnection?
    {
        var connection = existing
        if connection?.isAlive() != true { connection = nil }
        do {
            let open = try connection ?? ConnectionAttempt.open(settings, wakeup: wakeup, flag: work.flag)
            connection = open
            open.flag = work.flag
        } catch {
            work.body(.failure(error))
            return nil
        }
        guard let connection else { return nil }
        work.body(.success(connection))
        return connection.isBroken ? nil : connection
    }
}
