#if TrackingDatabases
    import PostgreSQL

    /// A PostgreSQL database in MLflow's layout.
    struct PostgreSQLDatabase: SQLDatabase {
        let name: String
        let hasWorkspaces: Bool
        let hasLoggedModels: Bool
        let isReadOnly: Bool
        let pool: PostgreSQLPool

        /// Large, since rows are copied and others do not wait for them. Most of a copy's time goes into the server's checks of
        /// each row, which several connections share.
        var batchLimits: BatchLimits {
            BatchLimits(metrics: 25_000, parameters: 1000, tags: 1000, total: 25_000, concurrentParts: 4)
        }

        func read<Result: Sendable>(
            _ body: @escaping @Sendable (any SQLSession) throws -> Result
        ) async throws -> Result {
            do {
                return try await pool.read { connection in try body(PostgreSQLSession(connection: connection)) }
            } catch let error as PostgreSQLError {
                throw TrackingError(error, name)
            }
        }

        /// Run again after conflicts: deadlocks, and keys that another client inserted between our query and our
        /// insert.
        func write<Result: Sendable>(
            _ body: @escaping @Sendable (any SQLSession) throws -> Result
        ) async throws -> Result {
            guard !isReadOnly else { throw TrackingError(.readOnly, name, "is open for reading only") }
            var attemptsLeft = 5
            while true {
                do {
                    return try await pool.write { connection in try body(PostgreSQLSession(connection: connection)) }
                } catch let error as PostgreSQLError {
                    guard error.sqlState == "23505", attemptsLeft > 0 else { throw TrackingError(error, name) }
                    attemptsLeft -= 1
                }
            }
        }

        func close() async throws { await pool.close() }
    }

    /// A connection inside a transaction.
    struct PostgreSQLSession: SQLSession {
        let connection: PostgreSQLConnection

        /// The number of rows from which a copy is faster than statements.
        private static let copiedRows = 200

        @discardableResult
        func execute(_ sql: String, _ values: [SQLValue]) throws -> Int {
            try connection.execute(Self.numbered(sql), values.map(PostgreSQLValue.init))
        }

        func execute(_ sql: String, rows: [[SQLValue]]) throws {
            guard !rows.isEmpty else { return }
            try connection.execute(Self.numbered(sql), rows: rows.lazy.map { $0.map(PostgreSQLValue.init) })
        }

        /// Copies straight into the table. That fails as a whole when one of many rows is there already, as it is when
        /// a batch is sent again; then each row is inserted by itself.
        func insertMissing(into table: String, columns: [String], rows: [[SQLValue]]) throws {
            if rows.count >= Self.copiedRows {
                try connection.execute("SAVEPOINT before_copy")
                do {
                    try connection.copy(into: table, columns: columns) { writer in
                        for row in rows {
                            for value in row { try writer.append(PostgreSQLValue(value)) }
                            try writer.endRow()
                        }
                    }
                    try connection.execute("RELEASE SAVEPOINT before_copy")
                    return
                } catch let error as PostgreSQLError where error.sqlState == "23505" {
                    try connection.execute("ROLLBACK TO SAVEPOINT before_copy")
                }
            }
            let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
            try execute(
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks)) ON CONFLICT DO NOTHING",
                rows: rows)
        }

        func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow] {
            Self.rows(try connection.query(Self.numbered(sql), values.map(PostgreSQLValue.init)))
        }

        func queries(_ statements: [SQLFragment]) throws -> [[SQLRow]] {
            try connection.pipeline(
                statements.map { PostgreSQLStatement(Self.numbered($0.sql), $0.values.map(PostgreSQLValue.init)) }
            ).map(Self.rows)
        }

        private static func rows(_ result: PostgreSQLResult) -> [SQLRow] {
            result.map { row in SQLRow(values: row.map(SQLValue.init)) }
        }

        /// `$1`, `$2`, … instead of `?`. This library's statements contain no other question marks.
        static func numbered(_ sql: String) -> String {
            var numbered: [UInt8] = []
            numbered.reserveCapacity(sql.utf8.count + 16)
            var count = 0
            for byte in sql.utf8 {
                if byte == UInt8(ascii: "?") {
                    count += 1
                    numbered.append(UInt8(ascii: "$"))
                    numbered.append(contentsOf: String(count).utf8)
                } else {
                    numbered.append(byte)
                }
            }
            return String(decoding: numbered, as: UTF8.self)
        }
    }

    extension PostgreSQLValue {
        init(_ value: SQLValue) {
            self =
                switch value {
                case .null: .null
                case .boolean(let value): .boolean(value)
                case .integer(let value): .integer(value)
                case .real(let value): .real(value)
                case .text(let value): .text(value)
                }
        }
    }

    extension SQLValue {
        init(_ value: PostgreSQLValue) {
            self =
                switch value {
                case .null: .null
                case .boolean(let value): .boolean(value)
                case .integer(let value): .integer(value)
                case .real(let value): .real(value)
                case .text(let value): .text(value)
                case .bytes(let bytes): .text(String(decoding: bytes, as: UTF8.self))
                }
        }
    }

    extension TrackingError {
        /// Kinds and SQLSTATEs (PostgreSQL's manual, appendix A) as kinds of failure; values of the statement are left out.
        init(_ error: PostgreSQLError, _ name: String) {
            let message = error.description
            switch error.sqlState.map({ ($0, $0.prefix(2)) }) {
            case ("42501", _)?, ("25006", _)?: self.init(.readOnly, name, "may not be used so: \(message)")
            case ("53100", _)?: self.init(.noSpace, name, "cannot grow: \(message)")
            case ("55P03", _)?, ("40001", _)?, ("40P01", _)?: self.init(.busy, name, message)
            case (_, "22")?, (_, "23")?: self.init(.invalidState, name, "refuses the values: \(message)")
            case ("42P01", _)?, ("42703", _)?: self.init(.incompatibleDatabase, name, message)
            default:
                self.init(error.kind == .invalidConfiguration ? .invalidValue : .unavailable, name, message)
            }
        }
    }
#endif
