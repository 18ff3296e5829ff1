/// Parses libpq's verbose message about a failed connection.
enum ConnectionFailure {
    static func error(_ text: String) -> PostgreSQLError {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        var message = lines.map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
        let (severity, sqlState) = code(in: message)
        if let severity, let sqlState {
            message = message.replacing("\(severity):  \(sqlState): ", with: "\(severity): ")
        }
        var error = PostgreSQLError(
            .connectionFailed, message.isEmpty ? "the connection failed" : message, sqlState: sqlState)
        error.severity = severity
        return error
    }

    /// `FATAL:  28P01: `: two spaces, and a code of five letters and digits.
    private static func code(in message: String) -> (severity: String?, sqlState: String?) {
        var rest = message[...]
        while let mark = rest.firstRange(of: ":  ") {
            let code = rest[mark.upperBound...].prefix(5), end = rest[mark.upperBound...].dropFirst(5)
            if code.count == 5, code.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber) }), end.hasPrefix(": ")
            {
                let severity = rest[..<mark.lowerBound].split(separator: " ").last.map(String.init)
                return (severity, String(code))
            }
            rest = rest[mark.upperBound...]
        }
        return (nil, nil)
    }
}
