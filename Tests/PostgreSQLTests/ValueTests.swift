import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite(.needs(.postgresql)) struct ValueTests {
    /// The server's own literals, so that reading is tested independently of our writing.
    @Test func typesOfColumns() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        let cases: [(String, PostgreSQLValue)] = [
            ("true", true), ("false", false), ("NULL::int4", nil), ("NULL::text", nil),
            ("(-32768)::int2", -32768), ("2147483647::int4", 2_147_483_647),
            ("(-9223372036854775808)::int8", .integer(.min)), ("9223372036854775807::int8", .integer(.max)),
            ("0::int8", 0), ("4294967295::oid", 4_294_967_295),
            ("1.5::float4", 1.5), ("0.1::float8", 0.1), ("1e308::float8", 1e308),
            ("5e-324::float8", .real(.leastNonzeroMagnitude)),
            ("'-0'::float8", .real(-0.0)), ("'Infinity'::float8", .real(.infinity)),
            ("'-Infinity'::float4", .real(-.infinity)),
            ("12345678901234567890.123456789::numeric", "12345678901234567890.123456789"),
            ("'NaN'::numeric", "NaN"), ("''", ""), ("'a\u{1}b'::varchar", "a\u{1}b"), ("'name'::name", "name"),
            ("'ab'::char(4)", "ab  "), ("'{\"a\": 1}'::json", "{\"a\": 1}"), ("'{\"a\":1}'::jsonb", "{\"a\": 1}"),
            ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            ("'2019-08-22 00:00:31.5'::timestamp", "2019-08-22 00:00:31.5"), ("'2019-08-22'::date", "2019-08-22"),
            ("ARRAY[1,2]", "{1,2}"), ("'\\x00ff5c'::bytea", .bytes([0, 255, 0x5C])), ("''::bytea", .bytes([])),
        ]
        for (sql, value) in cases { #expect(try await pool.value("SELECT \(sql)") == value, "\(sql)") }
        for type in ["float4", "float8"] {
            let value = try await pool.value("SELECT 'NaN'::\(type)")
            #expect(value?.realValue?.isNaN == true)
        }
        #expect(try await pool.value("SELECT '-0'::float8")?.realValue?.sign == .minus)
        try await pool.withConnection { connection in
            try connection.simple("SET bytea_output = 'escape'")
            let value = try connection.query("SELECT '\\x005c41ff'::bytea").firstValue
            #expect(value == .bytes([0, 0x5C, 0x41, 255]))
        }
    }

    /// Parameters and copies of random values come back as they went in.
    @Test func randomValuesComeBack() async throws {
        let database = try await TestDatabase()
        let pool = database.pool()
        try await pool.simple("CREATE TABLE v (n int8, a int8, b float8, c text, d boolean, e bytea)")
        var rows: [[PostgreSQLValue]] = []
        var random = RandomValues(seed: 7)
        for index in 0..<3000 { rows.append([.integer(Int64(index))] + random.row()) }
        let columns = ["n", "a", "b", "c", "d", "e"]
        for way in ["single", "rows", "copy"] {
            let sent = rows
            try await pool.write { connection in
                try connection.simple("TRUNCATE v")
                let sql = "INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6)"
                switch way {
                case "single": for row in sent.prefix(300) { #expect(try connection.execute(sql, row) == 1) }
                case "rows": #expect(try connection.execute(sql, rows: sent) == sent.count)
                default: #expect(try connection.copy(into: "v", columns: columns, rows: sent) == sent.count)
                }
            }
            let result = try await pool.read { try $0.query("SELECT * FROM v ORDER BY n") }
            #expect(result.columns == columns)
            #expect(result.count == (way == "single" ? 300 : sent.count))
            for (row, expected) in zip(result, sent) {
                let isSame = zip(row, expected).allSatisfy { RandomValues.areSame($0, $1) }
                if !isSame { Issue.record("\(way): sent \(expected), got \(Array(row))") }
            }
        }
        // The server's own view, by a column's text.
        let sum = try await pool.value(
            "SELECT sum(length(c) + octet_length(e)) FROM v WHERE c IS NOT NULL AND e IS NOT NULL")
        let expected = rows.reduce(0) { total, row in
            guard case .text(let text) = row[3], case .bytes(let bytes) = row[5] else { return total }
            return total + text.unicodeScalars.count + bytes.count
        }
        #expect(sum == .integer(Int64(expected)))
    }

    @Test func parametersTakeTheTypeOfTheirPosition() async throws {
        let pool = try await TestDatabase().pool()
        try await pool.withConnection { connection in
            let row = try connection.query(
                """
                SELECT $1::float8 AS a, $2::numeric AS b, $3::timestamp AS c, $4::uuid AS d, $5::jsonb AS e, $6::int2 AS f,
                    $7::float4 AS g, $8::text AS h, $9::bytea AS i
                """,
                [
                    3, 2.5, "2026-01-02T03:04:05", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "[1]", -5, .real(.infinity),
                    "it's $1 \\ \"", .bytes([0, 1]),
                ])[0]
            #expect(Array(row[0...2]) == [3.0, "2.5", "2026-01-02 03:04:05"])
            #expect(row["e"] == "[1]" && row["f"] == -5 && row["g"] == .real(.infinity))
            #expect(row["h"] == "it's $1 \\ \"" && row["i"] == .bytes([0, 1]))
            #expect(row["z"] == nil && row.count == 9)
        }
    }

    @Test func textThatCannotBeStored() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        try await pool.simple("CREATE TABLE t (a text, b text)")
        let single = await failure { try await pool.value("SELECT $1::text, $2::text", ["fine", "a\0b"]) }
        #expect(single?.kind == .invalidValue && single?.message.contains("$2") == true)
        let rows: [[PostgreSQLValue]] = [["a", "b"], ["c", "\0"], ["d", "e"]]
        let pipelined = await failure {
            try await pool.withConnection { try $0.execute("INSERT INTO t VALUES ($1, $2)", rows: rows) }
        }
        #expect(pipelined?.kind == .invalidValue && pipelined?.index == 1)
        let copied = await failure {
            try await pool.withConnection { try $0.copy(into: "t", columns: ["a", "b"], rows: rows) }
        }
        #expect(copied?.kind == .invalidValue && copied?.index == 1)
        let statement = await failure { try await pool.value("SELECT 1\0") }
        #expect(statement?.kind == .invalidValue)
        let several = await failure { try await pool.simple("SELECT 1\0") }
        #expect(several?.kind == .invalidValue)
        let many = await failure { try await pool.value("SELECT 1", Array(repeating: 1, count: 65_536)) }
        #expect(many?.kind == .invalidValue)
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
        let locations = (1...65_535).map { "$\($0)::int" }.joined(separator: ",")
        let count = try await pool.value("SELECT cardinality(ARRAY[\(locations)])", Array(repeating: 2, count: 65_535))
        #expect(count == 65_535)
    }
}

/// Random values of the types int8, float8, text, boolean, bytea.
struct RandomValues {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func row() -> [PostgreSQLValue] {
        [integer(), real(), text(), .boolean(Bool.random(using: &generator)), bytes()].map { value in
            Int.random(in: 0..<8, using: &generator) == 0 ? .null : value
        }
    }

    private mutating func integer() -> PostgreSQLValue {
        let special: [Int64] = [0, -1, .min, .max, 10, -10]
        if Int.random(in: 0..<4, using: &generator) == 0 {
            return .integer(special.randomElement(using: &generator) ?? 0)
        }
        return .integer(
            Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0...63, using: &generator))
    }

    private mutating func real() -> PostgreSQLValue {
        let special = [
            0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.pi, 0.1, 1e23,
        ]
        if Int.random(in: 0..<3, using: &generator) == 0 { return .real(special.randomElement(using: &generator) ?? 0) }
        return .real(Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator)))
    }

    private mutating func text() -> PostgreSQLValue {
        let chunks = [
            "a", "\\", "\\N", "\\.", "\t", "\n", "\r", "\r\n", "'", "\"", "''", "$1", ";", "--", "é", "🦊", "\u{1}",
            "\u{7F}",
            "\u{2028}", " ", "NULL", "{}", "e\u{301}", "\u{FEFF}", "\u{10FFFF}",
        ]
        let count = Int.random(in: 0...12, using: &generator)
        return .text((0..<count).map { _ in chunks.randomElement(using: &generator) ?? "" }.joined())
    }

    private mutating func bytes() -> PostgreSQLValue {
        let count = Int.random(in: 0...20, using: &generator)
        return .bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// Equal bit by bit, except for the bits of NaN; text by its scalars.
    static func areSame(_ left: PostgreSQLValue, _ right: PostgreSQLValue) -> Bool {
        switch (left, right) {
        case (.real(let left), .real(let right)):
            left.isNaN ? right.isNaN : left.bitPattern == right.bitPattern
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        default: left == right
        }
    }
}
