import NIOCore

/// Limits on the time and number of connections.
struct ConnectionLimits: Sendable {
    /// From the first byte of a request, or from the opening of the connection, to the end of the head.
    var headTimeout: TimeAmount
    /// From the end of the head to the end of the body.
    var bodyTimeout: TimeAmount
    /// Between a response and the first byte of the next request.
    var idleTimeout: TimeAmount
    /// How long a shutdown waits for requests in progress.
    var shutdownTimeout: TimeAmount
    /// For all addresses together.
    var maximumConnections: Int
    var maximumConnectionsPerAddress: Int
    /// Bytes; a longer body announced with `Expect: 100-continue` gets no 100.
    var maximumBodySize: Int

    /// While shutting down, a connection without traffic for this long counts as idle.
    static let idleWhileDraining = TimeAmount.seconds(1)
    /// The least time to wait for a request that is arriving when a shutdown begins.
    static let crossingTime = TimeAmount.milliseconds(250)
    /// How long a connection that we have ended stays open for the client to read the response and close it, too. If it
    /// were closed at once with bytes unread, the kernel would reset it, and the client would lose the response.
    static let lingerTime = TimeAmount.seconds(1)
}
