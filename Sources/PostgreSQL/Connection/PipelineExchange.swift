import CLibPQ
import Parallelism

/// Statements sent to the server and their results, in libpq's pipeline mode: sending does not wait for results, and
/// results are read while sending, so that neither side can fill the other's buffers and block.
///
/// All statements of an exchange take effect or none: the server treats them as one transaction, unless one is already
/// open.
final class PipelineExchange {
    private enum Expected {
        case nothing
        case prepared(String)
        case result(Int, statement: String)
        case dropped([String])
        case end
    }

    private static let sendThreshold = 32 << 10

    private let connection: PostgreSQLConnection
    private let watch: StatementWatch
    private let take: (Int, OpaquePointer) -> Void
    private var expected: [Expected] = []
    private var nextExpected = 0
    private var unsentBytes = 0
    private var sent = 0
    private var isAbandoned = false
    /// The first failure; later statements were not executed.
    private(set) var failure: PostgreSQLError?

    /// - Parameter take: gets the results of statements with their number, and has to clear them.
    init(_ connection: PostgreSQLConnection, take: @escaping (Int, OpaquePointer) -> Void) throws {
        self.connection = connection
        self.take = take
        watch = try connection.watch()
        guard PQstatus(connection.handle) == CONNECTION_OK, PQenterPipelineMode(connection.handle) == 1 else {
            throw connection.lost()
        }
        if let begin = connection.pendingBegin {
            connection.pendingBegin = nil
            try sendPlain(begin, .nothing)
        }
    }

    /// Whether it makes sense to send more.
    var isOpen: Bool {
        failure == nil && watch.interruption == nil && !isAbandoned && connection.flag?.isCancelled != true
    }

    /// Sends a statement, which gets the next number.
    /// - Throws: ``PostgreSQLError`` for values that cannot be sent; the exchange still has to be finished then.
    func send(_ sql: String, _ values: [PostgreSQLValue]) throws {
        do {
            try connection.parameters.set(values)
        } catch var error as PostgreSQLError {
            error.statement = sql
            error.index = sent
            throw error
        }
        let name = try prepared(sql)
        let status = connection.parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(connection.handle, name, count, values, lengths, formats, 0)
        }
        guard status == 1 else { throw connection.refused(statement: sql) }
        expected.append(.result(sent, statement: sql))
        sent += 1
        unsentBytes += connection.parameters.byteCount + 64
        if unsentBytes > Self.sendThreshold { try transmit() }
    }

    /// Rolls back everything sent.
    func abandon() { isAbandoned = true }

    /// Waits for the remaining results.
    /// - Throws: the failure of a statement, or the reason why it was given up.
    func finish() throws {
        // Only waiting checks for interruptions, and nothing may have waited so far.
        try watch.update()
        let isGivenUp = failure == nil && (watch.interruption != nil || (isAbandoned && !expected.isEmpty))
        // Fails, so that the server rolls back.
        if isGivenUp { try sendPlain("ROLLBACK TO SAVEPOINT given_up_by_the_client", .nothing) }
        try end()
        try dropUnwanted()
        while nextExpected < expected.count {
            let isSending = connection.flush()
            try receive()
            if nextExpected < expected.count { try watch.wait(isSending: isSending) }
        }
        guard PQexitPipelineMode(connection.handle) == 1 else { throw connection.lost(failure) }
        watch.settle()
        guard !isAbandoned, var failure else { return }
        if isGivenUp, failure.sqlState == "3B001" || failure.sqlState == "25P01" { failure.kind = .cancelled }
        throw watch.reason(for: failure)
    }

    private func dropUnwanted() throws {
        let names = connection.statements.unwanted
        guard let last = names.last else { return }
        for name in names.dropLast() { try sendPlain("DEALLOCATE \(name)", .nothing) }
        try sendPlain("DEALLOCATE \(last)", .dropped(names))
        try end()
    }

    // MARK: Sending

    private func prepared(_ sql: String) throws -> String {
        if let name = connection.statements.name(for: sql) { return name }
        let name = connection.statements.add(sql)
        guard !sql.utf8.contains(0) else {
            connection.statements.remove(sql, isPrepared: false)
            throw PostgreSQLError(.invalidValue, "a statement has a NUL character", index: sent)
        }
        guard PQsendPrepare(connection.handle, name, sql, 0, nil) == 1 else {
            connection.statements.remove(sql, isPrepared: false)
            throw connection.refused(statement: sql)
        }
        expected.append(.prepared(sql))
        return name
    }

    private func sendPlain(_ sql: String, _ response: Expected) throws {
        guard PQsendQueryParams(connection.handle, sql, 0, nil, nil, nil, nil, 0) == 1 else {
            throw connection.refused(statement: sql)
        }
        expected.append(response)
    }

    private func end() throws {
        guard PQpipelineSync(connection.handle) == 1 else { throw connection.lost() }
        expected.append(.end)
    }

    private func transmit() throws {
        unsentBytes = 0
        while true {
            let isSending = connection.flush()
            try receive()
            guard isSending, isOpen else { return watch.noteProgress() }
            try watch.wait(isSending: true)
        }
    }

    // MARK: Receiving

    /// Takes the results that have arrived.
    private func receive() throws {
        let isConnected = connection.consumeInput()
        var isProgress = false
        while nextExpected < expected.count, PQisBusy(connection.handle) == 0 {
            isProgress = true
            guard let result = PQgetResult(connection.handle) else {
                nextExpected += 1
                continue
            }
            try handle(result)
        }
        if isProgress { watch.noteProgress() }
        guard isConnected, PQstatus(connection.handle) == CONNECTION_OK else { throw connection.lost(failure) }
        if nextExpected > 4096, nextExpected * 2 > expected.count {
            expected.removeFirst(nextExpected)
            nextExpected = 0
        }
    }

    /// Takes over one result. Only that of a sync is not followed by an end mark.
    private func handle(_ result: OpaquePointer) throws {
        let status = PQresultStatus(result)
        let responded = expected[nextExpected]
        let isDone = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY
        if case .result(let index, _) = responded, isDone { return take(index, result) }
        defer { PQclear(result) }
        switch status {
        case PGRES_PIPELINE_SYNC: nextExpected += 1
        case _ where isDone:
            if case .dropped(let names) = responded { connection.statements.forgetUnwanted(names) }
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR: note(result, responded)
        case PGRES_PIPELINE_ABORTED:
            if case .prepared(let sql) = responded { connection.statements.remove(sql, isPrepared: false) }
        default:
            connection.isBroken = true
            throw PostgreSQLError(.invalidValue, "COPY is done by copy(into:columns:rows:), not as a statement")
        }
    }

    private func note(_ result: OpaquePointer, _ responded: Expected) {
        var statement: String?, index: Int?
        switch responded {
        case .prepared(let sql):
            statement = sql
            index = nextResultIndex
            connection.statements.remove(sql, isPrepared: false)
        case .result(let number, let sql):
            statement = sql
            index = number
        case .nothing, .dropped, .end: break
        }
        let error = ServerMessage.error(result, statement: statement, index: index)
        if error.isStaleStatement, let statement {
            connection.statements.remove(statement, isPrepared: error.sqlState != "26000")
        }
        // Dropping unwanted statements fails in a failed transaction, and is retried after it.
        if case .dropped = responded { return }
        if failure == nil { failure = error }
    }

    /// The number of the statement that was being prepared.
    private var nextResultIndex: Int? {
        for case .result(let index, _) in expected[nextExpected...] { return index }
        return nil
    }
}
