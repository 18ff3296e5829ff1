/// The head of a server's response.
public struct TransportResponseHead: Sendable, Hashable {
    /// 200, 404 and so on; never an interim 1xx.
    public var status: Int
    /// The header fields.
    public var headers: TransportHeaders

    /// A head of that status and those fields.
    public init(status: Int, headers: TransportHeaders = TransportHeaders()) {
        self.status = status
        self.headers = headers
    }
}

/// A whole response of a server.
public struct TransportResponse: Sendable, Hashable {
    /// Status and header fields.
    public var head: TransportResponseHead
    /// The body, transfer coding removed.
    public var body: [UInt8]

    /// 200, 404 and so on.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: TransportHeaders { head.headers }

    /// A response of these parts.
    public init(status: Int, headers: TransportHeaders = TransportHeaders(), body: [UInt8] = []) {
        head = TransportResponseHead(status: status, headers: headers)
        self.body = body
    }
}

/// A response of a server whose body comes chunk by chunk.
public struct TransportStreamedResponse: Sendable {
    /// Status and header fields.
    public var head: TransportResponseHead
    /// The body as it comes.
    public var body: TransportResponseBody

    /// 200, 404 and so on.
    public var status: Int { head.status }

    /// A response of these parts.
    public init(head: TransportResponseHead, body: TransportResponseBody) {
        self.head = head
        self.body = body
    }

    /// A response whose body comes from a stream.
    public init(head: TransportResponseHead, body: AsyncThrowingStream<[UInt8], any Error>) {
        self.init(head: head, body: TransportResponseBody(body))
    }
}
