/// The settings that a connection is opened with.
final class SessionSettings: Sendable {
    let configuration: PostgreSQLConfiguration
    let statementCacheSize: Int
    let notices: (@Sendable (PostgreSQLNotice) -> Void)?
    /// How long the server may take to cancel a statement, to roll back a transaction, and to end a statement that has
    /// timed out.
    let patience: Duration = .seconds(5)

    init(
        _ configuration: PostgreSQLConfiguration, statementCacheSize: Int,
        notices: (@Sendable (PostgreSQLNotice) -> Void)?
    ) {
        self.configuration = configuration
        self.statementCacheSize = max(1, statementCacheSize)
        self.notices = notices
    }

    /// Parameters as libpq takes them.
    var connectionParameters: [String: String] {
        var parameters = configuration.parameters
        parameters["password"] = configuration.password
        parameters["client_encoding"] = "UTF8"
        if let keepAlive = configuration.keepAlive {
            parameters["keepalives_idle"] = "\(max(1, keepAlive.idle.components.seconds))"
            parameters["keepalives_interval"] = "\(max(1, keepAlive.interval.components.seconds))"
            parameters["keepalives_count"] = "\(max(1, keepAlive.count))"
            parameters["tcp_user_timeout"] = "\(keepAlive.unacknowledgedTimeout.wholeMilliseconds)"
        }
        return parameters
    }

    /// The first statements sent to the server; may be empty.
    func greeting(serverVersion: Int) -> String {
        var settings: [String] = []
        if let limit = configuration.statementTimeout {
            settings.append("SET statement_timeout = \(max(1, limit.wholeMilliseconds))")
        }
        if let limit = configuration.lockTimeout {
            settings.append("SET lock_timeout = \(max(1, limit.wholeMilliseconds))")
        }
        // Later servers write numbers so that they read back the same by default.
        if serverVersion < 12_00_00 { settings.append("SET extra_float_digits = 3") }
        return settings.joined(separator: "; ")
    }
}

extension Duration {
    /// Rounded up, at most 24 days, the most that 32 bits hold.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
