/// Connections to a PostgreSQL server, each with a thread of its own, that tasks use by turns.
///
/// A connection is opened when it is first needed. One that is found dead is replaced before anybody gets it; one that is idle for
/// long is closed. Work on a connection is a closure that runs on the connection's thread, never on the cooperative
/// pool. When its task is cancelled, the server is asked to give the statement up.
///
/// Make one pool for a program and a database.
public final class PostgreSQLPool: Sendable {
    private let core: PoolCore

    /// A pool without connections yet.
    /// - Parameters:
    ///   - configuration: where the server is.
    ///   - maximumConnections: how many may be open at the same time.
    ///   - waitTimeout: how long a task waits for a connection when all are in use.
    ///   - idleTimeout: after how long without use a connection is closed.
    ///   - statementCacheSize: how many statements each connection keeps prepared.
    ///   - notices: gets what the server remarks on, on the connection's thread.
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

    /// Runs work on a connection. Each statement is a transaction of its own; one that the work leaves open is undone.
    ///
    /// - Parameter body: runs on the connection's thread, and must not hand the connection out.
    /// - Throws: what the body throws; ``PostgreSQLError`` when there is no connection to be had; `CancellationError` when the
    ///   task is cancelled.
    @discardableResult
    public func withConnection<Result: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
    ) async throws -> Result {
        try await core.run(body)
    }

    /// Tasks that wait for a connection.
    package var waitingCount: Int { core.waitingCount }

    /// Refuses further work, waits for the work under way, and closes all connections.
    public func close() async {
        core.close()
        await core.waitUntilEnded()
    }
}
