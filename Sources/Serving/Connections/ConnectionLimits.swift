import NIOCore

/// What a connection may take, in time and in number.
struct ConnectionLimits: Sendable {
    /// From the first byte of a request, or from the opening of the connection, to the end of the head.
    var headTimeout: TimeAmount
    /// From the end of the head to the end of the body.
    var bodyTimeout: TimeAmount
    /// Between an answer and the first byte of the next request.
    var idleTimeout: TimeAmount
    /// How long a shutdown waits for what is under way.
    var shutdownTimeout: TimeAmount
    /// Of all addresses together.
    var maximumConnections: Int
    var maximumConnectionsPerAddress: Int
    /// Bytes; a longer body that asks whether it may come is not asked for.
    var maximumBodySize: Int

    /// While shutting down, a connection that has been silent for so long is taken to be idle.
    static let idleWhileDraining = TimeAmount.seconds(1)
    /// A request that crosses the beginning of a shutdown on its way is waited for at least so long.
    static let crossingTime = TimeAmount.milliseconds(250)
    /// How long a connection that we have ended stays open for the client to read the answer and end it, too. To close at once would
    /// make the kernel reset it where bytes are unread, and the client would lose the answer.
    static let lingerTime = TimeAmount.seconds(1)
}
