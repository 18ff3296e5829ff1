/// A request to a server.
public struct TransportRequest: Sendable {
    /// What follows a request's head.
    public enum Body: Sendable {
        case none
        /// Sent with its length; can be sent again when a connection turns out to be dead.
        case bytes([UInt8])
        /// Chunks as they come, none of them empty, nil after the last. Sent with `Content-Length` where the length is
        /// known, which the body must then have exactly; with chunked transfer coding (HTTP/1.1) where it is not. The
        /// closure is called by one task at a time, and not before there is room for the next chunk.
        case stream(length: Int64?, next: @Sendable () async throws -> [UInt8]?)
    }

    /// `GET`, `PUT` and so on.
    public var method: String
    /// An absolute `http` or `https` URL, percent-encoded; sent as it is, dot segments included.
    public var url: String
    /// `Host`, `Content-Length` and `Connection` are made by the client unless given here.
    public var headers: TransportHeaders
    /// What is sent after the head.
    public var body: Body
    /// Overrides the client's limit on the whole exchange.
    public var totalTimeout: Duration?

    /// A request; without a body unless given.
    public init(
        method: String, url: String, headers: TransportHeaders = TransportHeaders(), body: Body = .none,
        totalTimeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.totalTimeout = totalTimeout
    }
}
