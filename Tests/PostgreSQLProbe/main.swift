import PostgreSQL

// For tests of what libpq takes from the environment, which a test cannot change for itself alone. Prints the user whom the
// server takes us for and the database, or the error.
do {
    let pool = PostgreSQLPool(try PostgreSQLConfiguration(CommandLine.arguments[1]))
    let row = try await pool.withConnection { connection in
        try connection.query("SELECT current_user, current_database(), current_setting('application_name')")
    }
    print(row[0].compactMap(\.textValue).joined(separator: " "))
    await pool.close()
} catch {
    print("error: \(error)")
}
