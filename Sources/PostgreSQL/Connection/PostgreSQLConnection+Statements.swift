import CLibPQ
import Foundation

/// A statement and its values.
public struct PostgreSQLStatement: Sendable, Hashable {
    /// The text, with `$1`, `$2` and so on where values go.
    public var sql: String
    /// The values.
    public var values: [PostgreSQLValue]

    /// A statement with values.
    public init(_ sql: String, _ values: [PostgreSQLValue] = []) {
        self.sql = sql
        self.values = values
    }
}

extension PostgreSQLConnection {
    /// Runs a statement with values for `$1`, `$2` and so on, and returns its rows.
    ///
    /// The server prepares a statement the first time it sees its text, and reuses it; so pass values as values, not in
    /// the text.
    public func query(_ sql: String, _ values: [PostgreSQLValue] = []) throws -> PostgreSQLResult {
        try run([PostgreSQLStatement(sql, values)], isNumbered: false)[0]
    }

    /// Runs a statement and returns how many rows it affected; see ``query(_:_:)``.
    @discardableResult
    public func execute(_ sql: String, _ values: [PostgreSQLValue] = []) throws -> Int {
        try query(sql, values).affectedRows
    }

    /// Runs a statement once for each row of values, all or none, and returns how many table rows were affected.
    ///
    /// Rows are sent without waiting for results. An error has the row's number in ``PostgreSQLError/index``.
    @discardableResult
    public func execute(_ sql: String, rows: some Sequence<[PostgreSQLValue]>) throws -> Int {
        var affected = 0
        try exchange { exchange in
            for row in rows {
                guard exchange.isOpen else { return }
                try exchange.send(sql, row)
            }
        } take: { _, result in
            affected += atol(PQcmdTuples(result))
            PQclear(result)
        }
        return affected
    }

    /// Runs several statements, all or none, in one round trip, and returns their results in order.
    ///
    /// An error has the statement's number in ``PostgreSQLError/index``.
    public func pipeline(_ statements: [PostgreSQLStatement]) throws -> [PostgreSQLResult] {
        try statements.isEmpty ? [] : run(statements, isNumbered: true)
    }

    /// Runs several statements without values, separated by semicolons, as one transaction unless they say otherwise:
    /// for schemas.
    public func simple(_ sql: String) throws { try simple(sql, watch: nil) }

    // MARK: Within

    /// Retries once if tables have changed since a statement was prepared, unless that would lose earlier work.
    private func run(_ statements: [PostgreSQLStatement], isNumbered: Bool) throws -> [PostgreSQLResult] {
        var results: [PostgreSQLResult] = []
        func attempt() throws {
            results.removeAll()
            try exchange { exchange in
                for statement in statements where exchange.isOpen { try exchange.send(statement.sql, statement.values) }
            } take: { _, result in
                results.append(PostgreSQLResult(result))
            }
        }
        do {
            do {
                try attempt()
            } catch let error as PostgreSQLError where error.isStaleStatement && !isInTransaction {
                try attempt()
            }
        } catch var error as PostgreSQLError where !isNumbered {
            error.index = nil
            throw error
        }
        return results
    }

    private func exchange(
        _ send: (PipelineExchange) throws -> Void, take: @escaping (Int, OpaquePointer) -> Void
    ) throws {
        let exchange = try PipelineExchange(self, take: take)
        do {
            try send(exchange)
        } catch {
            if !isBroken {
                exchange.abandon()
                try exchange.finish()
            }
            throw error
        }
        try exchange.finish()
    }

    /// - Parameter ownWatch: for statements that must not be cancelled.
    func simple(_ sql: String, watch ownWatch: StatementWatch?) throws {
        let watch = try ownWatch ?? self.watch()
        if let begin = pendingBegin {
            pendingBegin = nil
            try simple(begin, watch: watch)
        }
        guard !sql.utf8.contains(0) else { throw PostgreSQLError(.invalidValue, "a statement has a NUL character") }
        guard PQsendQuery(handle, sql) == 1 else { throw refused(statement: sql) }
        var failure: PostgreSQLError?
        while let result = try nextResult(watch, failure) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_FATAL_ERROR:
                if failure == nil { failure = ServerMessage.error(result, statement: sql, index: nil) }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                isBroken = true
                throw PostgreSQLError(.invalidValue, "COPY is done by copy(into:columns:rows:), not as a statement")
            default: break
            }
        }
        watch.settle()
        if let failure { throw watch.reason(for: failure) }
    }

    /// Waits for the next result of what was sent outside of a pipeline, nil after the last.
    func nextResult(_ watch: StatementWatch, _ failure: PostgreSQLError?) throws -> OpaquePointer? {
        var isSending = flush()
        while PQisBusy(handle) != 0 {
            try watch.wait(isSending: isSending)
            guard consumeInput() else {
                // The server's last message, if there is one.
                guard PQisBusy(handle) == 0 else { throw lost(failure) }
                break
            }
            isSending = flush()
        }
        watch.noteProgress()
        let result = PQgetResult(handle)
        if result == nil, PQstatus(handle) != CONNECTION_OK { throw lost(failure) }
        return result
    }
}
