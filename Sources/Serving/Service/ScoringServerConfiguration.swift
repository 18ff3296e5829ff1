/// The address and limits of a ``ScoringServer``.
public struct ScoringServerConfiguration: Sendable, Hashable {
    /// The address to listen on; other machines reach the server only on `0.0.0.0` or `::`.
    public var host: String
    /// 0 picks a free port.
    public var port: Int
    /// Open connections, at most as many as the process may have files open. For a further one, the connection that has waited
    /// longest for a request is closed.
    public var maximumConnections: Int
    /// Open connections of one IPv4 address, or of one IPv6 network of 64 bits; for a further one, that address's
    /// connection that has waited longest is closed.
    public var maximumConnectionsPerAddress: Int
    /// How long a request's head may take from its first byte, or from the opening of the connection; then 408.
    public var headTimeout: Duration
    /// How long a request's body may take from the end of its head; then 408.
    public var bodyTimeout: Duration
    /// How long a connection may stay open between a response and the next request.
    public var idleTimeout: Duration
    /// How long graceful shutdown waits for requests in progress.
    public var shutdownTimeout: Duration
    /// What the paths accept.
    public var routes: ScoringRoutes.Configuration

    /// Sets the limits; the defaults suit a service behind a proxy on the same machine.
    public init(
        host: String = "127.0.0.1", port: Int = 8080, maximumConnections: Int = 4_096,
        maximumConnectionsPerAddress: Int = 1_024,
        headTimeout: Duration = .seconds(10), bodyTimeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(60), shutdownTimeout: Duration = .seconds(30),
        routes: ScoringRoutes.Configuration = ScoringRoutes.Configuration()
    ) {
        self.host = host
        self.port = port
        self.maximumConnections = maximumConnections
        self.maximumConnectionsPerAddress = maximumConnectionsPerAddress
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.shutdownTimeout = shutdownTimeout
        self.routes = routes
    }
}
