#if TrackingDatabases
    import Essentials
    import GRDB
    import Parallelism

    /// An SQLite file as a database in MLflow's layout.
    ///
    /// Uses the write-ahead log, so that readers and the one writer do not wait for each other, MLflow's processes included:
    /// SQLite reads the mode from the file. Access runs on GRDB's own queues, never on the cooperative pool.
    struct SQLiteDatabase: SQLDatabase {
        let name: String
        let hasWorkspaces: Bool
        let hasLoggedModels: Bool
        let connections: any DatabaseWriter

        var batchLimits: BatchLimits { BatchLimits(metrics: 10_000, parameters: 1000, tags: 1000, total: 10_000) }

        func read<Result: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Result) async throws
            -> Result
        {
            do {
                return try await connections.read { database in try body(SQLiteSession(database: database)) }
            } catch let error as DatabaseError {
                throw TrackingError(error, name)
            }
        }

        func write<Result: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Result) async throws
            -> Result
        {
            guard !connections.configuration.readonly else {
                throw TrackingError(.readOnly, name, "is open for reading only")
            }
            do {
                return try await connections.write { database in try body(SQLiteSession(database: database)) }
            } catch let error as DatabaseError {
                throw TrackingError(error, name)
            }
        }

        func close() async throws {
            try await onDedicatedThread(named: "tracking-close") { _ in
                do {
                    try connections.close()
                } catch let error as DatabaseError {
                    throw TrackingError(error, name)
                }
                // The pool closes its writer before its readers, which cannot empty the log: one more connection does
                // that, so that the file by itself is complete when nobody else has it open. Nothing is lost if that
                // fails.
                guard !connections.configuration.readonly, FileManager.default.fileExists(atPath: connections.path),
                    let last = try? DatabaseQueue(path: connections.path)
                else { return }
                _ = try? last.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM sqlite_master") }
                try? last.close()
            }
        }
    }

    /// One GRDB connection inside a transaction.
    struct SQLiteSession: SQLSession {
        let database: GRDB.Database

        @discardableResult
        func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
            let statement = try database.cachedStatement(sql: sql)
            try statement.execute(arguments: StatementArguments(values))
            return database.changesCount
        }

        func execute(_ sql: String, rows: [[SQLValue]]) throws {
            guard !rows.isEmpty else { return }
            let statement = try database.cachedStatement(sql: sql)
            for row in rows {
                // All rows have the statement's number of values; binding them unchecked takes half the time.
                statement.setUncheckedArguments(StatementArguments(row.map(\.databaseValue)))
                try statement.execute()
            }
        }

        func insertMissing(into table: String, columns: [String], rows: [[SQLValue]]) throws {
            let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
            try execute(
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks)) ON CONFLICT DO NOTHING",
                rows: rows)
        }

        func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
            let statement = try database.makeStatement(sql: sql)
            let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
            var rows: [SQLRow] = []
            while let row = try cursor.next() {
                rows.append(SQLRow(values: row.databaseValues.map(SQLValue.init)))
            }
            return rows
        }
    }

    extension SQLValue: DatabaseValueConvertible {
        var databaseValue: DatabaseValue {
            switch self {
            case .null: .null
            case .boolean(let value): value.databaseValue
            case .integer(let value): value.databaseValue
            case .real(let value): value.databaseValue
            case .text(let value): value.databaseValue
            }
        }

        static func fromDatabaseValue(_ value: DatabaseValue) -> SQLValue? { SQLValue(value) }

        init(_ value: DatabaseValue) {
            self =
                switch value.storage {
                case .null: .null
                case .int64(let value): .integer(value)
                case .double(let value): .real(value)
                case .string(let value): .text(value)
                case .blob(let bytes): .text(String(decoding: bytes, as: UTF8.self))
                }
        }
    }

    extension TrackingError {
        /// SQLite's result codes as kinds of failure; values of the statement are left out.
        init(_ error: DatabaseError, _ name: String) {
            let message = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_NOTADB:
                self.init(
                    .incompatibleDatabase, name, "is not an SQLite database; name another file or move this one away")
            case .SQLITE_CORRUPT:
                self.init(
                    .corruptDatabase, name,
                    "is damaged (\(message)); restore a copy, or salvage it with 'sqlite3 FILE .recover'")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                self.init(.busy, name, "is held by another program (\(message))")
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
                self.init(.readOnly, name, "may not be written (\(message))")
            case .SQLITE_FULL: self.init(.noSpace, name, "cannot grow: the disk is full")
            case .SQLITE_CANTOPEN: self.init(.unavailable, name, "cannot be opened (\(message))")
            case .SQLITE_CONSTRAINT: self.init(.invalidState, name, "refuses the values (\(message))")
            default: self.init(.unavailable, name, message)
            }
        }
    }
#endif
