/// The head of a server's answer.
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

/// A server's answer, whole.
public struct TransportResponse: Sendable, Hashable {
    /// Status and header fields.
    public var head: TransportResponseHead
    /// The body, transfer coding removed.
    public var body: [UInt8]

    /// 200, 404 and so on.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: TransportHeaders { head.headers }

    /// An answer of these parts.
    public init(status: Int, headers: TransportHeaders = TransportHeaders(), body: [UInt8] = []) {
        head = TransportResponseHead(status: status, headers: headers)
        self.body = body
    }
}

/// A server's answer whose body comes piece by piece.
public struct TransportStreamedResponse: Sendable {
    /// Status and header fields.
    public var head: TransportResponseHead
    /// The body as it comes.
    public var body: TransportResponseBody

    /// 200, 404 and so on.
    public var status: Int { head.status }

    /// An answer of these parts.
    public init(head: TransportResponseHead, body: TransportResponseBody) {
        self.head = head
        self.body = body
    }

    /// An answer whose body a stream gives.
    public init(head: TransportResponseHead, body: AsyncThrowingStream<[UInt8], any Error>) {
        self.init(head: head, body: TransportResponseBody(body))
    }
}
