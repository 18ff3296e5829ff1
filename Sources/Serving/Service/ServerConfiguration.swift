/// Where and within which bounds ``ScoringServer`` serves.
public struct ServerConfiguration: Sendable, Hashable {
    /// The address to listen on; other machines reach the server only on `0.0.0.0` or `::`.
    public var host: String
    /// 0 picks a free port.
    public var port: Int
    /// Bytes of a request's body; longer ones get 413.
    public var maximumBodySize: Int
    /// Open connections; further ones wait in the kernel's queue.
    public var maximumConnections: Int
    /// How long a connection may stay silent, also in the middle of a request.
    public var idleTimeout: Duration
    /// Whether a scored transaction then belongs to the history of its customer and terminal. Off, the same request
    /// gives the same answer; on, a customer's next transaction sees this one.
    public var recordsTransactions: Bool

    /// Sets the bounds; all have defaults that suit a service behind a proxy on the same machine.
    public init(
        host: String = "127.0.0.1", port: Int = 8080, maximumBodySize: Int = 64 << 10, maximumConnections: Int = 4_096,
        idleTimeout: Duration = .seconds(60), recordsTransactions: Bool = false
    ) {
        self.host = host
        self.port = port
        self.maximumBodySize = maximumBodySize
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        self.recordsTransactions = recordsTransactions
    }
}
