import CLibPQ
import Parallelism

extension PostgreSQLPool {
    /// How much a transaction sees of others that run at the same time (PostgreSQL's manual, "Transaction Isolation").
    public enum Isolation: String, Sendable, Hashable, CaseIterable {
        /// Each statement sees what was committed before it began.
        case readCommitted = "READ COMMITTED"
        /// All statements see what was committed before the first one began.
        case repeatableRead = "REPEATABLE READ"
        /// As if transactions ran one after another.
        case serializable = "SERIALIZABLE"
    }

    /// Reads in a transaction that may not write, by default with one view of the database throughout.
    ///
    /// - Parameter body: see ``withConnection(_:)``.
    public func read<Result: Sendable>(
        isolation: Isolation = .repeatableRead, _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
    ) async throws -> Result {
        try await withConnection { connection in
            try connection.transaction("BEGIN ISOLATION LEVEL \(isolation.rawValue) READ ONLY", body)
        }
    }

    /// Writes in a transaction, which is rolled back when the body throws.
    ///
    /// - Parameters:
    ///   - isolation: how much it sees of other transactions.
    ///   - retries: how often the body is run again from the start, in a new transaction, when the server has aborted
    ///     it in favour of another one (a deadlock, or a conflict under an isolation above read committed).
    ///   - body: see ``withConnection(_:)``. It must neither begin nor end transactions, and must be safe to run again.
    /// - Throws: what the body throws; ``PostgreSQLError`` of the kind ``PostgreSQLError/Kind/outcomeUnknown`` when the connection
    ///   ends during the commit, so that it is unknown whether it took effect: such a transaction is not run again.
    @discardableResult
    public func write<Result: Sendable>(
        isolation: Isolation = .readCommitted, retries: Int = 3,
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
    ) async throws -> Result {
        var attempts = 0
        while true {
            do {
                return try await withConnection { connection in
                    try connection.transaction("BEGIN ISOLATION LEVEL \(isolation.rawValue) READ WRITE", body)
                }
            } catch let error as PostgreSQLError
                where (error.isConflict || error.isStaleStatement) && attempts < retries
            {
                // A random delay keeps transactions that collided from colliding again.
                let limit = Double(min(1000, 10 << min(attempts, 10)))
                attempts += 1
                try await Task.sleep(for: .milliseconds(.random(in: limit / 2...limit * 1.5)))
            }
        }
    }
}

extension PostgreSQLConnection {
    /// Runs the body between the beginning of a transaction and its commit.
    func transaction<Result>(_ begin: String, _ body: (PostgreSQLConnection) throws -> Result) throws -> Result {
        // Sent along with the first statement.
        pendingBegin = begin
        let result = try body(self)
        guard pendingBegin == nil else { return result }
        // From here on rolled back by leave(), unless it is committed.
        try flag?.check()
        switch PQtransactionStatus(handle) {
        case PQTRANS_INERROR:
            throw PostgreSQLError(
                .server, "the transaction is rolled back, since one of its statements failed", sqlState: "25P02")
        case PQTRANS_INTRANS: try commit()
        default: break
        }
        return result
    }

    /// Neither cancelled nor repeated: once it is sent, only the server knows.
    private func commit() throws {
        do {
            try simple("COMMIT", watch: StatementWatch(self, isInterruptible: false, limit: silenceLimit))
        } catch let error as PostgreSQLError where isBroken || error.kind == .connectionLost {
            isBroken = true
            throw PostgreSQLError(
                .outcomeUnknown, "the connection ended during the commit: \(error.message)", sqlState: error.sqlState,
                statement: "COMMIT")
        }
    }

    /// Rolls back what its user has left open.
    func leave() {
        pendingBegin = nil
        defer { flag = nil }
        guard PQpipelineStatus(handle) == PQ_PIPELINE_OFF else { return isBroken = true }
        guard !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        guard
            (try? simple("ROLLBACK", watch: StatementWatch(self, isInterruptible: false, limit: .zero))) != nil,
            PQtransactionStatus(handle) == PQTRANS_IDLE
        else { return isBroken = true }
    }
}
