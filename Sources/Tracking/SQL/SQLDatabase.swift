/// A database in MLflow's layout. What differs between SQLite and PostgreSQL lives behind this.
///
/// Statements are in the dialect that both share, with `?` for values.
protocol SQLDatabase: Sendable {
    /// For messages: the tracking URI without secrets.
    var name: String { get }
    /// Whether tables tell workspaces apart, as MLflow's do from revision 1b5f0d9ad7c1 (3.10) on.
    var hasWorkspaces: Bool { get }
    /// Whether there are tables of logged models, which came with MLflow 3.
    var hasLoggedModels: Bool { get }
    /// How much one transaction should write, so that others do not wait for long.
    var batchLimits: BatchLimits { get }

    /// Runs the body on one unchanging state of the database.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Result) async throws -> Result

    /// Runs the body in a transaction that is undone if it throws. Bodies are short: others wait.
    func write<Result: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Result) async throws -> Result

    func close() async throws
}

/// A connection inside a transaction. Not to be kept.
protocol SQLSession {
    /// - Returns: The number of rows changed.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws -> Int

    /// Runs one statement once for each row of values.
    func execute(_ sql: String, rows: [[SQLValue]]) throws

    /// Adds rows, except those whose key is in the table already or occurred before.
    func insertMissing(into table: String, columns: [String], rows: [[SQLValue]]) throws

    func query(_ sql: String, _ values: [SQLValue]) throws -> [SQLRow]

    /// The rows of several statements, in one round trip where there are such; the default asks one after another.
    func queries(_ statements: [SQLFragment]) throws -> [[SQLRow]]
}

extension SQLSession {
    @discardableResult
    func execute(_ statement: SQLFragment) throws -> Int { try execute(statement.sql, statement.values) }

    func query(_ statement: SQLFragment) throws -> [SQLRow] { try query(statement.sql, statement.values) }

    func queries(_ statements: [SQLFragment]) throws -> [[SQLRow]] { try statements.map { try query($0) } }
}
