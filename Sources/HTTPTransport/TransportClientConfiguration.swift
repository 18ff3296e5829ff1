/// How a ``TransportClient`` connects.
public struct TransportClientConfiguration: Sendable, Hashable {
    /// Whom to trust, and who we are.
    public struct TLS: Sendable, Hashable {
        /// A PEM file of certificate authorities to trust instead of the system's.
        public var certificateAuthorityFile: String?
        /// A PEM file with the client's certificate, for servers that ask for one.
        public var clientCertificateFile: String?
        /// A PEM file with the certificate's key.
        public var clientKeyFile: String?

        /// The system's certificate authorities; certificates are always verified.
        public init(
            certificateAuthorityFile: String? = nil, clientCertificateFile: String? = nil, clientKeyFile: String? = nil
        ) {
            self.certificateAuthorityFile = certificateAuthorityFile
            self.clientCertificateFile = clientCertificateFile
            self.clientKeyFile = clientKeyFile
        }
    }

    /// A proxy that requests go through.
    public struct Proxy: Sendable, Hashable {
        /// `http://host:port`, `https://host:port` or `socks5h://host:port`.
        public var url: String
        /// The user for the proxy, if it asks for one.
        public var user: String?
        /// The password for the proxy, if it asks for one.
        public var password: String?
        /// Hosts and domains that are connected to directly, such as `localhost` or `.internal`.
        public var exceptions: [String]

        /// A proxy at that URL.
        public init(url: String, user: String? = nil, password: String? = nil, exceptions: [String] = []) {
            self.url = url
            self.user = user
            self.password = password
            self.exceptions = exceptions
        }
    }

    /// How long a connection may take, TLS included.
    public var connectTimeout: Duration
    /// How long an exchange may go without a byte sent or received.
    public var idleTimeout: Duration
    /// How long a whole exchange may take; nil for no limit.
    public var totalTimeout: Duration?
    /// Connections to one host at the same time; further requests wait.
    public var maximumConnectionsPerHost: Int
    /// Whether HTTP/2 is used where the server offers it (over TLS). Requests with streamed or long bodies use HTTP/1.1 in any
    /// case, where a server can refuse them in the middle.
    public var usesHTTP2: Bool
    /// Certificates.
    public var tls: TLS
    /// nil for direct connections. The environment is not read.
    public var proxy: Proxy?
    /// The `User-Agent` header field.
    public var userAgent: String

    /// Ten seconds to connect, a minute without a byte, no limit on the whole exchange, 32 connections to a host.
    public init(
        connectTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(60), totalTimeout: Duration? = nil,
        maximumConnectionsPerHost: Int = 32, usesHTTP2: Bool = true, tls: TLS = TLS(), proxy: Proxy? = nil,
        userAgent: String = "antifraud"
    ) {
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.totalTimeout = totalTimeout
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.usesHTTP2 = usesHTTP2
        self.tls = tls
        self.proxy = proxy
        self.userAgent = userAgent
    }
}

extension TransportClientConfiguration.Proxy: CustomStringConvertible, CustomReflectable {
    /// The URL without user and password.
    public var description: String { URLUserInfo.display(url) }

    /// Shows no more than ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
