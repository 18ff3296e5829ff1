import PostgreSQL

/// Adds scores to a table, and returns the highest one of a customer.
func store(_ scores: [(customer: Int64, score: Double)], in pool: PostgreSQLPool) async throws -> Double? {
    try await pool.write { connection in
        try connection.simple("CREATE TABLE IF NOT EXISTS score (customer int8, score float8)")
        try connection.copy(into: "score", columns: ["customer", "score"]) { writer in
            for row in scores {
                writer.append(row.customer)
                writer.append(row.score)
                try writer.endRow()
            }
        }
    }
    return try await pool.read { connection in
        let result = try connection.query("SELECT max(score) AS best FROM score WHERE customer = $1", [596])
        return result.first?["best"]?.realValue
    }
}
