/// Why PostgreSQL did not do what it was asked to. Holds no password, and no values except those in the server's own
/// message.
public struct PostgreSQLError: Error, Sendable, Hashable {
    /// What a program may want to react to.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The meaning in words.
        public let description: String

        /// No connection was made: no server was reached, or it refused.
        public static let connectionFailed = Kind(description: "connection failed")
        /// The connection ended in the middle of the work; what was not committed is rolled back.
        public static let connectionLost = Kind(description: "connection lost")
        /// The connection ended while a transaction was being committed: the server may or may not have done it. Check
        /// before retrying.
        public static let outcomeUnknown = Kind(description: "outcome unknown")
        /// The server refused the statement; see ``PostgreSQLError/sqlState``.
        public static let server = Kind(description: "refused by the server")
        /// A connection, statement or lock took too long.
        public static let timedOut = Kind(description: "timed out")
        /// Somebody else had the server cancel the statement. (A cancelled task gets `CancellationError`.)
        public static let cancelled = Kind(description: "cancelled")
        /// All connections of the pool were busy for too long.
        public static let poolExhausted = Kind(description: "pool exhausted")
        /// The pool has been closed.
        public static let closed = Kind(description: "closed")
        /// Settings that cannot be used, such as a malformed URI.
        public static let invalidConfiguration = Kind(description: "invalid configuration")
        /// A value that PostgreSQL cannot hold or the call cannot take, such as text with a NUL character.
        public static let invalidValue = Kind(description: "invalid value")
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// What happened, for people.
    public var message: String
    /// The server's code of five letters and digits, such as `23505` for a value that must be unique
    /// (PostgreSQL's manual, appendix A).
    public var sqlState: String?
    /// `ERROR`, `FATAL` or `PANIC`, when the server said it.
    public var severity: String?
    /// Details. Often holds values of the row.
    public var detail: String?
    /// What the server advises.
    public var hint: String?
    /// Where it happened, such as the line of a copy.
    public var context: String?
    /// The schema that it is about, if there is one.
    public var schema: String?
    /// The table that it is about, if there is one.
    public var table: String?
    /// The column that it is about, if there is one.
    public var column: String?
    /// The constraint that was violated, if there is one.
    public var constraint: String?
    /// The statement, without its values.
    public var statement: String?
    /// The number, from 0 on, of the row or statement among those that were sent together.
    public var index: Int?
    /// The prepared statement no longer fits the tables; preparing it again helps.
    var isStaleStatement = false

    /// A failure of that kind.
    public init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, statement: String? = nil, index: Int? = nil
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.statement = statement
        self.index = index
    }

    /// Whether a later retry may help: lost connections, timeouts, deadlocks, conflicts of transactions, a server that
    /// starts, stops or lacks resources. Never for ``Kind/outcomeUnknown``.
    public var isTransient: Bool {
        if kind == .outcomeUnknown { return false }
        if let sqlState {
            return sqlState.hasPrefix("08") || sqlState.hasPrefix("57P0")
                || ["40001", "40P01", "53300", "55P03"].contains(sqlState) || kind == .timedOut
        }
        switch kind {
        // A certificate that is not trusted will not be trusted the next time.
        case .connectionFailed: return !message.contains("certificate")
        case .connectionLost, .timedOut, .poolExhausted: return true
        default: return false
        }
    }

    /// Whether the server aborted the transaction in favour of another one: run it again as a whole.
    public var isConflict: Bool { sqlState == "40001" || sqlState == "40P01" }
}

extension PostgreSQLError: CustomStringConvertible {
    /// One line: message, code, constraint, hint, row and the statement's beginning. ``detail`` is left out.
    public var description: String {
        var text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        if let index { text = "row \(index): " + text }
        if let constraint { text += " (constraint \(constraint))" }
        if let hint { text += "; \(hint)" }
        text += sqlState.map { " (\(kind), \($0))" } ?? " (\(kind))"
        if let statement {
            let words = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            text += ": " + (words.count > 200 ? words.prefix(200) + "..." : words)
        }
        return text
    }
}
