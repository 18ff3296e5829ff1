import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite(.needs(.postgresql)) struct StatementTests {
    @Test func injectionStaysAValue() async throws {
        let pool = try await TestDatabase().pool()
        try await pool.simple("CREATE TABLE t (name text)")
        let text = "x'); DROP TABLE t; --"
        try await pool.withConnection { try $0.execute("INSERT INTO t VALUES ($1)", [.text(text)]) }
        #expect(try await pool.value("SELECT name FROM t WHERE name = $1", [.text(text)]) == .text(text))
        let name = "odd \" name; DROP TABLE t; --"
        try await pool.withConnection { connection in
            let quoted = try PostgreSQLConnection.quoted(name)
            try connection.simple("CREATE TABLE \(quoted) (\(quoted) text)")
            #expect(try connection.copy(into: name, columns: [name], rows: [[.text(text)]]) == 1)
            #expect(try connection.query("SELECT * FROM \(quoted)")[0][name] == .text(text))
        }
        #expect(try await pool.value("SELECT count(*) FROM t") == 1)
    }

    @Test func affectedRows() async throws {
        let pool = try await TestDatabase().pool()
        try await pool.withConnection { connection in
            #expect(try connection.execute("CREATE TABLE t (a int PRIMARY KEY)") == 0)
            #expect(try connection.execute("INSERT INTO t SELECT generate_series(1, $1::int)", [10]) == 10)
            #expect(try connection.execute("UPDATE t SET a = a + 100 WHERE a > $1", [7]) == 3)
            #expect(try connection.execute("DELETE FROM t WHERE a > 1000") == 0)
            #expect(try connection.execute("DELETE FROM t WHERE a = $1", rows: [[1], [2], [1]]) == 2)
            #expect(try connection.execute("DELETE FROM t WHERE a = $1", rows: []) == 0)
            let empty = try connection.query("SELECT a FROM t WHERE a = 1")
            #expect(empty.isEmpty && empty.columns == ["a"] && empty.firstValue == nil)
            let nothing = try connection.query("")
            #expect(nothing.isEmpty && nothing.columns.isEmpty)
        }
    }

    @Test func refusalsCarryTheServersMessage() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        try await pool.simple(
            """
            CREATE TABLE parent (id int PRIMARY KEY);
            CREATE TABLE child (id int REFERENCES parent, name text NOT NULL, CONSTRAINT short CHECK (length(name) < 5));
            INSERT INTO parent VALUES (1)
            """)
        func refusal(_ sql: String, _ values: [PostgreSQLValue] = []) async -> PostgreSQLError? {
            await failure { try await pool.value(sql, values) }
        }
        let unique = await refusal("INSERT INTO parent VALUES ($1)", [1])
        #expect(unique?.kind == .server && unique?.sqlState == "23505" && unique?.severity == "ERROR")
        #expect(unique?.constraint == "parent_pkey" && unique?.table == "parent")
        #expect(unique?.detail?.contains("(1)") == true && unique?.isTransient == false)
        #expect(unique?.statement == "INSERT INTO parent VALUES ($1)" && unique?.index == nil)
        #expect(unique?.description.contains("23505") == true && unique?.description.contains("(1)") == false)
        let foreign = await refusal("INSERT INTO child VALUES ($1, $2)", [2, "x"])
        #expect(foreign?.sqlState == "23503" && foreign?.constraint == "child_id_fkey")
        let null = await refusal("INSERT INTO child VALUES ($1, $2)", [1, nil])
        #expect(null?.sqlState == "23502" && null?.column == "name")
        let check = await refusal("INSERT INTO child VALUES ($1, $2)", [1, "too long"])
        #expect(check?.sqlState == "23514" && check?.constraint == "short")
        #expect(await refusal("SELEC 1")?.sqlState == "42601")
        #expect(await refusal("SELECT 1; SELECT 2")?.sqlState == "42601")
        #expect(await refusal("SELECT * FROM nowhere")?.sqlState == "42P01")
        #expect(await refusal("SELECT $1::int", ["word"])?.sqlState == "22P02")
        #expect(await refusal("SELECT $1::int", [1, 2])?.sqlState == "08P01")
        #expect(await refusal("COPY parent FROM STDIN") != nil)
        let simple = await failure { try await pool.simple("INSERT INTO parent VALUES (9); SELECT 1/0; SELECT 1") }
        #expect(simple?.sqlState == "22012")
        #expect(await failure { try await pool.simple("COPY parent FROM STDIN") }?.kind == .invalidValue)
        // The pool still works, and what came before the failure is rolled back.
        #expect(try await pool.value("SELECT count(*) FROM parent") == 1)
    }

    @Test func statementsInOneRoundTrip() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        let results = try await pool.withConnection { connection in
            try connection.pipeline([
                PostgreSQLStatement("CREATE TABLE t (a int)"),
                PostgreSQLStatement("INSERT INTO t VALUES ($1), ($2)", [1, 2]),
                PostgreSQLStatement("SELECT sum(a) FROM t"),
            ])
        }
        #expect(results.map(\.affectedRows) == [0, 2, 1] && results[2].firstValue == 3)
        let error = await failure {
            try await pool.withConnection { connection in
                try connection.pipeline([
                    PostgreSQLStatement("INSERT INTO t VALUES (3)"), PostgreSQLStatement("SELECT * FROM nowhere"),
                    PostgreSQLStatement("INSERT INTO t VALUES (4)"),
                ])
            }
        }
        #expect(error?.index == 1 && error?.sqlState == "42P01" && error?.statement == "SELECT * FROM nowhere")
        #expect(try await pool.value("SELECT sum(a) FROM t") == 3)
        #expect(try await pool.withConnection { try $0.pipeline([]) }.isEmpty)
    }

    @Test func preparedStatementsAreLimited() async throws {
        let pool = try await TestDatabase().pool(connections: 1, statementCacheSize: 5)
        try await pool.withConnection { connection in
            for round in 0..<3 {
                for number in 0..<12 {
                    #expect(
                        try connection.query("SELECT \(number) + $1::int", [1]).firstValue
                            == .integer(Int64(number + 1)))
                }
                let names = try connection.query("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
                // The statement that counts is among them; the one that it evicts is dropped along with it.
                #expect(names.count <= 6 && names.count >= 5, "round \(round): \(names.count)")
            }
            // A statement in use is kept.
            let before = try connection.query(
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE $1", ["SELECT 11%"])
            for number in 20..<23 {
                _ = try connection.query("SELECT 11 + $1::int", [1])
                _ = try connection.query("SELECT \(number) + $1::int", [1])
            }
            let after = try connection.query(
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE $1", ["SELECT 11%"])
            #expect(before.count == 1 && before.firstValue == after.firstValue)
        }
    }

    @Test func tablesThatChange() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        try await pool.withConnection { connection in
            try connection.simple("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            #expect(try connection.query("SELECT * FROM t").columns == ["a"])
            try connection.simple("ALTER TABLE t ADD b text DEFAULT 'b'")
            #expect(try connection.query("SELECT * FROM t").columns == ["a", "b"])
            // Somebody drops our prepared statement.
            try connection.simple("DEALLOCATE ALL")
            #expect(try connection.query("SELECT * FROM t")[0]["b"] == "b")
            try connection.simple("ALTER TABLE t DROP b")
        }
        // In a transaction a statement cannot be retried, but the transaction can.
        let columns = try await pool.write { try $0.query("SELECT * FROM t").columns }
        #expect(columns == ["a"])
    }

    @Test func notices() async throws {
        let seen = Shared<[PostgreSQLNotice]>([])
        let pool = try await TestDatabase().pool(notices: { notice in seen.withLock { $0.append(notice) } })
        try await pool.simple("DO $$ BEGIN RAISE NOTICE 'look here'; RAISE WARNING 'and here'; END $$")
        let notices = seen.withLock { $0 }
        #expect(notices.map(\.message) == ["look here", "and here"])
        #expect(notices.map(\.severity) == ["NOTICE", "WARNING"])
    }

    @Test func settings() async throws {
        let database = try await TestDatabase()
        let pool = database.pool(change: { configuration in
            configuration.applicationName = "a name"
            configuration.statementTimeout = .milliseconds(12_345)
            configuration.lockTimeout = .seconds(7)
        })
        #expect(try await pool.value("SHOW application_name") == "a name")
        #expect(try await pool.value("SHOW statement_timeout") == "12345ms")
        #expect(try await pool.value("SHOW lock_timeout") == "7s")
        #expect(try await pool.value("SHOW client_encoding") == "UTF8")
        #expect(try await pool.value("SHOW search_path") == .text(database.schema))
        try await pool.withConnection { connection in
            #expect(connection.serverVersion >= 90_000 && !connection.isInTransaction)
            let process = try connection.query("SELECT pg_backend_pid()").firstValue
            #expect(process == .integer(Int64(connection.serverProcess)))
        }
    }
}
