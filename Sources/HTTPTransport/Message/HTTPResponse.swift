/// The head of a server's answer.
public struct HTTPResponseHead: Sendable, Hashable {
    /// 200, 404 and so on; never an interim 1xx.
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders

    /// A head of that status and those fields.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders()) {
        self.status = status
        self.headers = headers
    }
}

/// A server's answer, whole.
public struct HTTPResponse: Sendable, Hashable {
    /// Status and header fields.
    public var head: HTTPResponseHead
    /// The body, transfer coding removed.
    public var body: [UInt8]

    /// 200, 404 and so on.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: HTTPHeaders { head.headers }

    /// An answer of these parts.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        head = HTTPResponseHead(status: status, headers: headers)
        self.body = body
    }
}

/// A server's answer whose body comes piece by piece.
public struct HTTPStreamedResponse: Sendable {
    /// Status and header fields.
    public var head: HTTPResponseHead
    /// The body as it comes.
    public var body: HTTPResponseBody

    /// 200, 404 and so on.
    public var status: Int { head.status }

    /// An answer of these parts.
    public init(head: HTTPResponseHead, body: HTTPResponseBody) {
        self.head = head
        self.body = body
    }

    /// An answer whose body a stream gives.
    public init(head: HTTPResponseHead, body: AsyncThrowingStream<[UInt8], any Error>) {
        self.init(head: head, body: HTTPResponseBody(body))
    }
}
