import CLibPQ
import Foundation
import Parallelism

/// An open connection, as the body of ``PostgreSQLPool/withConnection(_:)``, ``PostgreSQLPool/read(isolation:_:)`` or
/// ``PostgreSQLPool/write(isolation:retries:_:)`` gets it. Use it only on that body's thread and while the body runs.
///
/// Its calls wait for the server. They throw ``PostgreSQLError``, or `CancellationError` when the task that waits for the body is
/// cancelled. After a failure inside a transaction, the server refuses all further statements of that transaction.
public final class PostgreSQLConnection {
    let handle: OpaquePointer
    let settings: SessionSettings
    let wakeup: Wakeup
    var statements: StatementCache
    var parameters = ParameterBuffer()
    /// Set while somebody uses the connection.
    var flag: CancellationFlag?
    /// No longer usable: to be closed.
    var isBroken = false
    /// The beginning of a transaction, sent along with its first statement.
    var pendingBegin: String?

    /// Takes over a connection that has just been opened.
    init(_ handle: OpaquePointer, settings: SessionSettings, wakeup: Wakeup) {
        self.handle = handle
        self.settings = settings
        self.wakeup = wakeup
        statements = StatementCache(capacity: settings.statementCacheSize)
    }

    deinit { PQfinish(handle) }

    /// The server's version, such as 150018 for 15.18.
    public var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The number of the server's process for this connection (`pg_backend_pid()`).
    public var serverProcess: Int { Int(PQbackendPID(handle)) }

    /// Whether the connection is encrypted.
    public var isEncrypted: Bool { PQsslInUse(handle) != 0 }

    /// Whether a transaction is open, failed ones included.
    public var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE || pendingBegin != nil }

    // MARK: For statements

    /// How long the server may be silent; longer than its own limit.
    var silenceLimit: Duration? { settings.configuration.statementTimeout.map { $0 + .seconds(1) } }

    func watch() throws -> StatementWatch {
        try flag?.check()
        return StatementWatch(self, isInterruptible: true, limit: silenceLimit)
    }

    /// Reads what has arrived without waiting.
    /// - Returns: false when the connection has ended.
    func consumeInput() -> Bool { PQconsumeInput(handle) != 0 }

    /// Sends pending data as far as the server takes it.
    /// - Returns: whether something is left.
    func flush() -> Bool { PQflush(handle) == 1 }

    /// The error of a connection that has ended, with the server's reason if it gave one.
    func lost(_ reason: PostgreSQLError? = nil, statement: String? = nil) -> PostgreSQLError {
        isBroken = true
        if var reason, reason.kind == .connectionLost {
            if let statement { reason.statement = statement }
            return reason
        }
        let message = String(cString: PQerrorMessage(handle))
        return PostgreSQLError(
            .connectionLost, message.isEmpty ? "the connection has ended" : message, statement: statement)
    }

    /// A call of libpq failed before anything was sent.
    func refused(statement: String) -> PostgreSQLError {
        guard PQstatus(handle) == CONNECTION_OK else { return lost(statement: statement) }
        return PostgreSQLError(.invalidValue, String(cString: PQerrorMessage(handle)), statement: statement)
    }

    /// Whether an idle connection is still open, as far as can be told without asking the server.
    func isAlive() -> Bool {
        guard !isBroken else { return false }
        var entry = [pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)]
        repeat {
            guard consumeInput(), PQstatus(handle) == CONNECTION_OK else { return false }
            // Parses what was read, and forwards notices. Nothing was asked, so it is not a result.
            _ = PQisBusy(handle)
            entry[0].revents = 0
            Poll.wait(&entry, until: .now)
            // The end of a connection is noticed only after everything before it has been read.
        } while entry[0].revents != 0
        return PQtransactionStatus(handle) == PQTRANS_IDLE
    }
}
