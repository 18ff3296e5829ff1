import CLibPQ
import Parallelism

extension PostgreSQLConnection {
    /// Adds rows to a table, all or none, by `COPY`: the fastest way for many rows.
    ///
    /// - Parameters:
    ///   - table: its plain name, without quotes.
    ///   - schema: the table's schema, nil to look along the search path.
    ///   - columns: names of columns, in the order of the rows' values.
    ///   - rows: read row by row, as fast as the server takes them.
    /// - Returns: the number of rows added.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/context`` has the line that the server refused, and
    ///   ``PostgreSQLError/index`` the row that could not be sent.
    @discardableResult
    public func copy(
        into table: String, schema: String? = nil, columns: [String], rows: some Sequence<[PostgreSQLValue]>
    ) throws -> Int {
        try copy(into: table, schema: schema, columns: columns) { writer in
            for row in rows {
                for value in row { try writer.append(value) }
                try writer.endRow()
            }
        }
    }

    /// Adds rows to a table, all or none, by `COPY`; the body writes them value by value.
    ///
    /// - Parameter write: appends the values of a row in the order of the columns, ends the row, and so on. When it throws, nothing
    ///   is added.
    /// - Returns: the number of rows added.
    @discardableResult
    public func copy(
        into table: String, schema: String? = nil, columns: [String],
        write: (inout PostgreSQLCopyWriter) throws -> Void
    ) throws -> Int {
        let watch = try watch()
        if let begin = pendingBegin {
            pendingBegin = nil
            try simple(begin, watch: watch)
        }
        let name = try ([schema, table].compactMap(\.self)).map(Self.quoted).joined(separator: ".")
        let sql = "COPY \(name) (\(try columns.map(Self.quoted).joined(separator: ", "))) FROM STDIN"
        try beginCopy(sql, watch)
        var writer = PostgreSQLCopyWriter(columnCount: columns.count, flag: flag) { [self] chunk in
            try send(chunk, sql, watch)
        }
        do {
            try write(&writer)
            try writer.finish()
        } catch {
            guard !isBroken else { throw error }
            // The server responds with a failure, whose cause is known better here.
            _ = try? endCopy(sql, watch, "given up by the client")
            throw error
        }
        return try endCopy(sql, watch, nil)
    }

    /// A name quoted for a statement, whatever its characters.
    /// - Throws: ``PostgreSQLError`` of the kind `invalidValue` for a name that is empty or has a NUL character.
    public static func quoted(_ identifier: String) throws -> String {
        guard !identifier.isEmpty, !identifier.utf8.contains(0) else {
            throw PostgreSQLError(.invalidValue, "a name is empty or has a NUL character")
        }
        return "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }

    // MARK: Steps

    private func beginCopy(_ sql: String, _ watch: StatementWatch) throws {
        guard PQsendQuery(handle, sql) == 1 else { throw refused(statement: sql) }
        guard let result = try nextResult(watch, nil) else { throw lost(statement: sql) }
        defer { PQclear(result) }
        guard PQresultStatus(result) != PGRES_COPY_IN else { return }
        let error = ServerMessage.error(result, statement: sql, index: nil)
        while let rest = try nextResult(watch, error) { PQclear(rest) }
        watch.settle()
        throw watch.reason(for: error)
    }

    private func send(_ chunk: UnsafeRawBufferPointer, _ sql: String, _ watch: StatementWatch) throws {
        guard let start = chunk.baseAddress, chunk.count > 0 else { return }
        // We end a cancelled copy ourselves: the server notices a cancellation only with the next data.
        try flag?.check()
        guard PQputCopyData(handle, start.assumingMemoryBound(to: CChar.self), CInt(chunk.count)) == 1 else {
            throw lost(statement: sql)
        }
        while flush() {
            try watch.wait(isSending: true)
            guard consumeInput() else { throw lost(statement: sql) }
            try flag?.check()
        }
        watch.noteProgress()
    }

    /// - Parameter reason: why the copy is given up, nil to complete it.
    private func endCopy(_ sql: String, _ watch: StatementWatch, _ reason: String?) throws -> Int {
        guard PQputCopyEnd(handle, reason) == 1 else { throw lost(statement: sql) }
        var failure: PostgreSQLError?, rows = 0
        while let result = try nextResult(watch, failure) {
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_FATAL_ERROR {
                if failure == nil { failure = ServerMessage.error(result, statement: sql, index: nil) }
            } else {
                rows = Int(String(cString: PQcmdTuples(result))) ?? 0
            }
        }
        watch.settle()
        if let failure { throw watch.reason(for: failure) }
        return rows
    }
}
