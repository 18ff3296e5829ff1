import Columnar
import Features
import Foundation
import TestSupport
import Testing

/// Random expressions on random rows give what DuckDB computes.
@Suite struct ExpressionOracleTests {
    private static let rowCount = 60

    private struct Input: Encodable {
        let rows: [[String?]]
        let queries: [String]
    }

    private static let program = """
        import sys, json, duckdb
        given = json.load(open(sys.argv[1]))
        db = duckdb.connect()
        db.execute("SET ieee_floating_point_ops = true")
        db.execute("CREATE MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END")
        db.execute("CREATE MACRO root(x) AS sqrt(CASE WHEN x >= 0 THEN x END)")
        db.execute("CREATE MACRO logarithm(x) AS ln(CASE WHEN x > 0 THEN x END)")
        db.execute("CREATE MACRO minimum(x, y) AS CASE WHEN x IS NOT NULL AND y IS NOT NULL THEN least(x, y) END")
        db.execute("CREATE MACRO maximum(x, y) AS CASE WHEN x IS NOT NULL AND y IS NOT NULL THEN greatest(x, y) END")
        db.execute('''CREATE TABLE t (row INTEGER, id BIGINT, card BIGINT, code INTEGER, amount DOUBLE, "limit" DOUBLE,
            currency VARCHAR, merchant VARCHAR, online BOOLEAN, "foreign card" BOOLEAN, booked TIMESTAMP)''')
        for index, row in enumerate(given["rows"]):
            *values, booked = row
            db.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, make_timestamp(?::BIGINT))", [index, *values, booked])
        results = []
        for start in range(0, len(given["queries"]), 20):
            queries = given["queries"][start:start + 20]
            rows = db.execute(f"SELECT {', '.join(queries)} FROM t ORDER BY row").fetchall()
            results += [[None if value is None else float(value) for value in column] for column in zip(*rows)]
        print(json.dumps(results))
        """

    /// A value as DuckDB reads it from text.
    private static func text(_ value: TransactionValue) -> String? {
        switch value {
        case .null: nil
        case .integer(let value), .time(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): value
        }
    }

    @Test(.needs(.python), arguments: [UInt64(1), 2, 3, 4])
    func equalDuckDB(_ seed: UInt64) throws {
        var generator = ExpressionGenerator(seed: seed)
        let records = (0..<Self.rowCount).map { _ in generator.record() }
        let pairs = (0..<300).map { index in
            index % 2 == 0 ? generator.number(4) : generator.truth(4)
        }
        let folder = try TemporaryFolder()
        // All columns but the last, which DuckDB's table does not have.
        let input = Input(rows: records.map { $0.values.dropLast().map(Self.text) }, queries: pairs.map(\.sql))
        try JSONEncoder().encode(input).write(to: URL(filePath: folder.path("input")))
        let expected = try Oracle.json([[Double?]].self, Self.program, [folder.path("input")])

        let batch = try ExpressionSamples.batch(records)
        var scratch = ExpressionScratch()
        var known = 0
        for (pair, expected) in zip(pairs, expected) {
            let expression = try RowExpression(pair.text)
            #expect(try RowExpression(expression.description) == expression)
            let bound = try expression.bind(to: ExpressionSamples.schema)
            let values = try bound.evaluateNumbers(batch)
            let truths = try bound.evaluateTruth(batch)
            for (row, record) in records.enumerated() {
                let value = values[row]
                #expect(value.isNaN ? expected[row] == nil : expected[row] == value, "\(pair.text) in row \(row)")
                known += value.isNaN ? 0 : 1
                // The same bits for a single transaction.
                #expect(bound.number(of: record, scratch: &scratch).bitPattern == value.bitPattern)
                #expect(bound.truth(of: record, scratch: &scratch) == truths[row])
            }
            // As it is printed, it does the same.
            let printed = try RowExpression(expression.description).bind(to: ExpressionSamples.schema)
            #expect(try printed.evaluateNumbers(batch).map(\.bitPattern) == values.map(\.bitPattern))
        }
        // Not everything is null.
        #expect(known > pairs.count * Self.rowCount / 3)
    }
}
