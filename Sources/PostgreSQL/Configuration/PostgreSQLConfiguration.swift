/// Where a PostgreSQL server is, and how to connect to it.
///
/// What is not given libpq looks up, as for all programs that use it: in environment variables such as `PGPASSWORD`,
/// `PGSSLROOTCERT` and `PGSERVICE`, the password file and the service file. This library itself reads no environment
/// variables.
public struct PostgreSQLConfiguration: Sendable, Hashable {
    /// libpq's connection parameters by keyword (PostgreSQL's manual, "Parameter Key Words"), without the password.
    public var parameters: [String: String]
    /// The password, if it was given. Never part of a description or an error.
    public var password: String? {
        get { secret.text }
        set { secret.text = newValue }
    }
    /// The program's name in the server's list of connections.
    public var applicationName: String? {
        get { parameters["application_name"] }
        set { parameters["application_name"] = newValue }
    }
    /// How long an attempt to connect to one host may take, with name lookup, TLS and authentication; nil for no limit.
    public var connectTimeout: Duration?
    /// How long a statement may take; nil for no limit. The server ends a statement by then (`statement_timeout`). If
    /// it does not respond, the connection is given up soon after.
    public var statementTimeout: Duration?
    /// How long a statement may wait for a lock (`lock_timeout`); nil for no limit.
    public var lockTimeout: Duration?
    /// How a server that vanished silently is detected; nil for the system's settings, which take hours.
    public var keepAlive: KeepAlive?
    private var secret = Secret()

    /// How a server that vanished silently is detected on TCP connections.
    public struct KeepAlive: Sendable, Hashable {
        /// Silence after which the first keepalive probe is sent.
        public var idle: Duration
        /// The time between two probes.
        public var interval: Duration
        /// How many probes may fail until the connection counts as lost.
        public var count: Int
        /// How long sent data may remain unacknowledged (`TCP_USER_TIMEOUT`).
        public var unacknowledgedTimeout: Duration

        /// A minute in all.
        public init(
            idle: Duration = .seconds(30), interval: Duration = .seconds(10), count: Int = 3,
            unacknowledgedTimeout: Duration = .seconds(60)
        ) {
            self.idle = idle
            self.interval = interval
            self.count = count
            self.unacknowledgedTimeout = unacknowledgedTimeout
        }
    }

    /// Reads a connection URI: `postgresql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?KEYWORD=VALUE&...`.
    ///
    /// `postgres://` is the same. So are SQLAlchemy's `postgresql+psycopg2://` and the like, whose driver name is
    /// dropped. Keywords are libpq's, such as `sslmode`, `sslrootcert`, `options`, `service`, `target_session_attrs`.
    /// Each host has `connect_timeout`, by default ten seconds, to connect.
    /// - Throws: ``PostgreSQLError`` of the kind ``PostgreSQLError/Kind/invalidConfiguration``, whose text has no part of the URI
    ///   that may be secret.
    public init(_ uri: String) throws {
        parameters = try ConnectionURI.parameters(uri)
        secret.text = parameters.removeValue(forKey: "password")
        connectTimeout = .seconds(10)
        keepAlive = KeepAlive()
        if let text = parameters.removeValue(forKey: "connect_timeout") {
            guard let seconds = Int(text) else {
                throw PostgreSQLError(.invalidConfiguration, "connect_timeout is not a number of seconds")
            }
            connectTimeout = seconds > 0 ? .seconds(min(seconds, 1_000_000_000)) : nil
        }
        if parameters.keys.contains(where: { $0 == "tcp_user_timeout" || $0.hasPrefix("keepalives") }) {
            keepAlive = nil
        }
    }

    /// Connects with libpq's defaults, the environment and the service file, which these parameters override.
    public init(parameters: [String: String] = [:], password: String? = nil) {
        self.parameters = parameters
        connectTimeout = .seconds(10)
        keepAlive = KeepAlive()
        secret.text = password
    }
}

extension PostgreSQLConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A URI of user, hosts, database and TLS mode, without the password.
    public var description: String {
        func list(_ keyword: String) -> [Substring] {
            parameters[keyword].map { $0.split(separator: ",", omittingEmptySubsequences: false) } ?? []
        }
        let hosts = list("host").isEmpty ? list("hostaddr") : list("host"), ports = list("port")
        let addresses = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports.first : index < ports.count ? ports[index] : nil
            return port.map { $0.isEmpty ? String(host) : "\(host):\($0)" } ?? String(host)
        }
        var text = "postgresql://" + (parameters["user"].map { $0 + "@" } ?? "") + addresses.joined(separator: ",")
        text += "/" + (parameters["dbname"] ?? "")
        let shown = ["service", "sslmode", "target_session_attrs"].compactMap { keyword in
            parameters[keyword].map { "\(keyword)=\($0)" }
        }
        return shown.isEmpty ? text : text + "?" + shown.joined(separator: "&")
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Shows no more than ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["uri": description]) }
}

/// A text that is not printed.
private struct Secret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    var text: String?

    var description: String { "(not shown)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
