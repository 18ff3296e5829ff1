import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Many rows at once, by a pipeline and by COPY.
@Suite(.needs(.postgresql)) struct RowsTests {
    private static let insert = "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6)"
    private static let columns = ["a", "b", "c", "d", "e", "f"]

    private func pool() async throws -> PostgreSQLPool {
        let pool = try await TestDatabase().pool(connections: 2)
        try await pool.simple("CREATE TABLE t (a text, b float8, c int8, d text, e int8 PRIMARY KEY, f boolean)")
        return pool
    }

    private static func rows(_ range: Range<Int>) -> [[PostgreSQLValue]] {
        range.map { number in
            [
                .text("metric\t\(number % 7)"), .real(Double(number) / 7), .integer(Int64(number) * 1_000_003),
                number % 5 == 0 ? .null : .text("run \\ \(number)"), .integer(Int64(number)), .boolean(number % 3 == 0),
            ]
        }
    }

    private func digest(_ pool: PostgreSQLPool) async throws -> PostgreSQLValue? {
        try await pool.value("SELECT count(*) || ':' || md5(string_agg(t::text, ';' ORDER BY e)) FROM t")
    }

    @Test func aHundredThousandRowsEitherWay() async throws {
        let pool = try await pool()
        let rows = Self.rows(0..<100_000)
        #expect(try await pool.write { try $0.execute(Self.insert, rows: rows) } == 100_000)
        let inserted = try await digest(pool)
        try await pool.simple("TRUNCATE t")
        #expect(try await pool.write { try $0.copy(into: "t", columns: Self.columns, rows: rows) } == 100_000)
        let copied = try await digest(pool)
        #expect(inserted == copied && inserted?.textValue?.hasPrefix("100000:") == true)
        try await pool.simple("TRUNCATE t")
        let written = try await pool.withConnection { connection in
            try connection.copy(into: "t", columns: Self.columns) { writer in
                for row in rows {
                    for value in row { try writer.append(value) }
                    try writer.endRow()
                }
                #expect(writer.rowCount == 100_000)
            }
        }
        #expect(written == 100_000)
        #expect(try await digest(pool) == inserted)
        // All of it is read back.
        let back = try await pool.read { try $0.query("SELECT * FROM t ORDER BY e") }
        let isSame = zip(back, rows).allSatisfy { zip($0, $1).allSatisfy { RandomValues.areSame($0, $1) } }
        #expect(isSame && back.count == rows.count)
    }

    @Test(arguments: [0, 1, 4_999, 50_000, 99_999])
    func theRowThatFails(_ wrong: Int) async throws {
        let pool = try await pool()
        var rows = Self.rows(0..<100_000)
        rows[wrong][4] = wrong == 0 ? "no number" : 0
        let sent = rows
        for isTransaction in [false, true] {
            let error = await failure {
                if isTransaction {
                    try await pool.write { try $0.execute(Self.insert, rows: sent) }
                } else {
                    try await pool.withConnection { try $0.execute(Self.insert, rows: sent) }
                }
            }
            #expect(error?.index == wrong && error?.sqlState == (wrong == 0 ? "22P02" : "23505"))
        }
        let copied = await failure {
            try await pool.withConnection { try $0.copy(into: "t", columns: Self.columns, rows: sent) }
        }
        #expect(copied?.sqlState == (wrong == 0 ? "22P02" : "23505"))
        #expect(copied?.context?.contains("line \(wrong + 1)") == true)
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
    }

    /// Large in both directions: results have to be read while more is sent.
    @Test func resultsAsLargeAsTheStatements() async throws {
        let pool = try await pool()
        let text = String(repeating: "x", count: 200_000)
        let affected = try await pool.withConnection { connection in
            try connection.execute("SELECT repeat($1, 3)", rows: (0..<200).map { _ in [.text(text)] })
        }
        #expect(affected == 200)
        let results = try await pool.withConnection { connection in
            try connection.pipeline(
                (0..<50).map { PostgreSQLStatement("SELECT $1 || $2", [.text(text), .text("\($0)")]) })
        }
        #expect(results.enumerated().allSatisfy { $1.firstValue == .text(text + "\($0)") })
        let bytes = [UInt8](repeating: 7, count: 40_000_000)
        #expect(try await pool.value("SELECT octet_length($1::bytea)", [.bytes(bytes)]) == 40_000_000)
        #expect(try await pool.value("SELECT $1::bytea", [.bytes(bytes)])?.bytesValue?.count == 40_000_000)
    }

    @Test func rowsOfTheWrongWidth() async throws {
        let pool = try await pool()
        for rows: [[PostgreSQLValue]] in [[["a", 1, 2, "d", 1, true], ["a", 1]], [["a", 1, 2, "d", 1, true], []]] {
            let copied = await failure {
                try await pool.withConnection { try $0.copy(into: "t", columns: Self.columns, rows: rows) }
            }
            #expect(copied?.kind == .invalidValue && copied?.index == 1)
            let sent = await failure { try await pool.withConnection { try $0.execute(Self.insert, rows: rows) } }
            #expect(sent?.sqlState == "08P01" && sent?.index == 1)
        }
        let unended = await failure {
            try await pool.withConnection { connection in
                try connection.copy(into: "t", columns: ["a"]) { try $0.append("x") }
            }
        }
        #expect(unended?.kind == .invalidValue)
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
    }

    private struct Odd: Error {}

    @Test func aCopyThatIsGivenUp() async throws {
        let pool = try await pool()
        await #expect(throws: Odd.self) {
            try await pool.withConnection { connection in
                try connection.copy(into: "t", columns: ["e"]) { writer in
                    for number in 0..<50_000 {
                        writer.append(Int64(number))
                        try writer.endRow()
                    }
                    throw Odd()
                }
            }
        }
        // In a transaction, earlier work is rolled back as well, even when the failure is swallowed.
        let swallowed = await failure {
            try await pool.write { connection in
                try connection.execute("INSERT INTO t (e) VALUES (1)")
                _ = try? connection.copy(into: "t", columns: ["e"]) { _ in throw Odd() }
            }
        }
        #expect(swallowed?.sqlState == "25P02")
        let rows: [[PostgreSQLValue]] = [[2], [3], ["\0"]]
        let swallowedRows = await failure {
            try await pool.write { connection in
                try connection.execute("INSERT INTO t (e) VALUES (1)")
                _ = try? connection.execute("INSERT INTO t (e) VALUES ($1)", rows: rows)
            }
        }
        #expect(swallowedRows?.sqlState == "25P02")
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
    }

    @Test func tablesAndColumns() async throws {
        let database = try await TestDatabase()
        let pool = database.pool()
        try await pool.simple("CREATE TABLE t (e int8, extra text DEFAULT 'x')")
        let copied = try await pool.withConnection { [schema = database.schema] connection in
            try connection.copy(into: "t", schema: schema, columns: ["e"], rows: [[1], [nil]])
        }
        #expect(copied == 2)
        #expect(try await pool.value("SELECT count(*) FROM t WHERE extra = 'x'") == 2)
        for (table, columns, state) in [
            ("nowhere", ["e"], "42P01"), ("t", ["nothing"], "42703"), ("t", ["e", "e"], "42701"),
        ] {
            let error = await failure {
                try await pool.withConnection { try $0.copy(into: table, columns: columns, rows: [[1]]) }
            }
            #expect(error?.sqlState == state)
        }
        for (table, columns) in [("", ["e"]), ("t", [""]), ("t\0", ["e"])] {
            let error = await failure {
                try await pool.withConnection { try $0.copy(into: table, columns: columns, rows: [[1]]) }
            }
            #expect(error?.kind == .invalidValue)
        }
        #expect(try await pool.withConnection { try $0.copy(into: "t", columns: ["e"], rows: []) } == 0)
    }
}
