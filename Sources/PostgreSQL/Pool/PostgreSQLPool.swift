/// Connections to a PostgreSQL server, each with its own thread, that tasks share.
///
/// A connection is opened when it is first needed. One that is found dead is replaced before anybody gets it; one that is idle for
/// long is closed. Work on a connection is a closure that runs on the connection's thread, never on the cooperative
/// pool. When its task is cancelled, the server is asked to cancel the statement.
///
/// Make one pool per program and database.
public final class PostgreSQLPool: Sendable {
    private let core: PoolCore

    /// A pool without connections yet.
    /// - Parameters:
    ///   - configuration: where the server is.
    ///   - maximumConnections: how many may be open at the same time.
    ///   - waitTimeout: how long a task waits for a connection when all are in use.
    ///   - idleTimeout: after how long without use a connection is closed.
    ///   - statementCacheSize: how many statements each connection keeps prepared.
    ///   - notices: gets the server's notices, on the connection's thread.
    public init(
        _ configuration: PostgreSQLConfiguration, maximumConnections: Int = 4, waitTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(300), statementCacheSize: Int = 100,
        notices: (@Sendable (PostgreSQLNotice) -> Void)? = nil
    ) {
        core = PoolCore(
            settings: SessionSettings(configuration, statementCacheSize: statementCacheSize, notices: notices),
            maximumConnections: maximumConnections, waitTimeout: waitTimeout, idleTimeout: idleTimeout)
    }

    deinit { core.close() }

    /// Runs work on a connection. Each statement is its own transaction; one that the work leaves open is rolled back.
    ///
    /// - Parameter body: runs on the connection's thread, and must not let the connection escape.
    /// - Throws: what the body throws; ``PostgreSQLError`` when no connection can be made; `CancellationError` when the
    ///   task is cancelled.
    @discardableResult
    public func withConnection<Result: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
    ) async throws -> Result {
        try await core.run(body)
    }

    /// Tasks that wait for a connection.
    package var waitingCount: Int { core.waitingCount }

    /// Refuses further work, waits for the work in progress, and closes all connections.
    public func close() async {
        core.close()
        await core.waitUntilEnded()
    }
}
