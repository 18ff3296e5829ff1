import CLibPQ
import Foundation
import Parallelism

/// Waits for the server during one statement, and has it cancelled when its task is cancelled or its timeout is over.
final class StatementWatch {
    enum Interruption { case cancelled, timedOut }

    /// Why the statement is to be cancelled.
    private(set) var interruption: Interruption?
    private let connection: PostgreSQLConnection
    private let isInterruptible: Bool
    private let silenceLimit: Duration?
    private let statementTimeout: Duration?
    private var lastProgress = ContinuousClock.now
    private var deadline: ContinuousClock.Instant? { silenceLimit.map { lastProgress + $0 } }
    private var givesUpAt: ContinuousClock.Instant?
    private var request: CancelRequest?
    private var nextRequest: ContinuousClock.Instant?
    private var entries: [pollfd]

    /// - Parameters:
    ///   - isInterruptible: false for a statement that must not be cancelled; it only has its timeout.
    ///   - limit: how long the server may be silent.
    init(_ connection: PostgreSQLConnection, isInterruptible: Bool, limit: Duration?) {
        self.connection = connection
        self.isInterruptible = isInterruptible
        silenceLimit = limit
        statementTimeout = connection.settings.configuration.statementTimeout
        entries = [
            pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection.wakeup.readEnd, events: Int16(POLLIN), revents: 0),
        ]
    }

    /// The server has sent something.
    func noteProgress() { lastProgress = .now }

    /// Waits until the server has sent data, or accepts data when `isSending`, or the statement is to be cancelled.
    /// - Throws: when the server does not even cancel the statement; the connection is broken then.
    func wait(isSending: Bool = false) throws {
        try update()
        entries[0].events = Int16(isSending ? POLLIN | POLLOUT : POLLIN)
        entries[0].revents = 0
        entries[1].revents = 0
        Poll.wait(
            &entries, until: [interruption == nil ? deadline : nil, givesUpAt, nextRequest].compactMap(\.self).min())
        if entries[1].revents != 0 { connection.wakeup.drain() }
        try update()
    }

    /// Checks whether the statement is to be cancelled, and if so asks the server to.
    func update() throws {
        if interruption == nil {
            if isInterruptible, connection.flag?.isCancelled == true {
                interruption = .cancelled
            } else if let deadline, deadline <= .now {
                interruption = .timedOut
            }
            guard interruption != nil else { return }
            givesUpAt = .now + connection.settings.patience
        }
        guard let givesUpAt, givesUpAt > .now else {
            connection.isBroken = true
            if interruption == .cancelled { throw CancellationError() }
            throw PostgreSQLError(.timedOut, "the server does not respond")
        }
        guard isInterruptible else { return }
        // The server ignores a request that arrives while it reads the next of several statements.
        if let request {
            guard request.isDone else { return }
            guard let nextRequest else { return self.nextRequest = .now + .milliseconds(200) }
            guard nextRequest <= .now else { return }
        }
        nextRequest = nil
        request = CancelRequest(connection.handle, wakeup: connection.wakeup)
    }

    /// Call this when the statement has ended: a request that is still on its way must not hit the next statement.
    func settle() {
        guard let request else { return }
        let limit = ContinuousClock.now + connection.settings.patience
        var entry = [entries[1]]
        while !request.isDone {
            guard limit > .now else { return connection.isBroken = true }
            Poll.wait(&entry, until: limit)
            connection.wakeup.drain()
        }
    }

    /// The error to throw for a statement that failed: the interruption, if that was the reason.
    func reason(for error: PostgreSQLError) -> any Error {
        guard error.kind == .cancelled else { return error }
        if interruption == .cancelled { return CancellationError() }
        // The server has one code for statements that are cancelled and for those that take too long.
        let isLate = statementTimeout.map { lastProgress + $0 <= .now } ?? false
        guard interruption == .timedOut || isLate || error.message.contains("timeout") else { return error }
        var error = error
        error.kind = .timedOut
        return error
    }
}
