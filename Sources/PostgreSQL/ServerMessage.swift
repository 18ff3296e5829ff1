import CLibPQ

/// A notice that the server sends besides its results.
public struct PostgreSQLNotice: Sendable, Hashable {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`.
    public let severity: String
    /// The code of five letters and digits.
    public let sqlState: String
    /// The text.
    public let message: String

    /// The fields of a libpq result.
    init(_ result: OpaquePointer) {
        severity = ServerMessage.field(clibpq_severity, of: result) ?? ""
        sqlState = ServerMessage.field(clibpq_sqlstate, of: result) ?? ""
        message = ServerMessage.field(clibpq_message, of: result) ?? ""
    }
}

/// Reads the fields of an error or a notice.
enum ServerMessage {
    static func field(_ code: CInt, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }

    /// The error of a failed result.
    static func error(_ result: OpaquePointer, statement: String?, index: Int?) -> PostgreSQLError {
        let sqlState = field(clibpq_sqlstate, of: result)
        let message = field(clibpq_message, of: result) ?? String(cString: PQresultErrorMessage(result))
        var error = PostgreSQLError(
            kind(sqlState), message, sqlState: sqlState, statement: statement, index: index)
        error.severity = field(clibpq_severity, of: result)
        error.detail = field(clibpq_detail, of: result)
        error.hint = field(clibpq_hint, of: result)
        error.context = field(clibpq_context, of: result)
        error.schema = field(clibpq_schema, of: result)
        error.table = field(clibpq_table, of: result)
        error.column = field(clibpq_column, of: result)
        error.constraint = field(clibpq_constraint, of: result)
        // "Cached plan must not change result type" shares its code with much else.
        error.isStaleStatement =
            sqlState == "26000"
            || (sqlState == "0A000" && field(clibpq_source_function, of: result) == "RevalidateCachedQuery")
        return error
    }

    private static func kind(_ sqlState: String?) -> PostgreSQLError.Kind {
        switch sqlState {
        case nil: .connectionLost
        case "57014": .cancelled
        // lock_timeout, and NOWAIT.
        case "55P03": .timedOut
        case "57P01", "57P02", "57P03", "57P05", "25P03": .connectionLost
        case .some(let state): state.hasPrefix("08") ? .connectionLost : .server
        }
    }
}
