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
    /// Pieces as they come, none of them empty. Throws ``HTTPTransportError`` when the body ends early. Reading slowly slows
    /// the sender down; dropping the sequence, or cancelling the reading task, ends the exchange.
    public var body: AsyncThrowingStream<[UInt8], any Error>

    /// 200, 404 and so on.
    public var status: Int { head.status }

    /// An answer of these parts.
    public init(head: HTTPResponseHead, body: AsyncThrowingStream<[UInt8], any Error>) {
        self.head = head
        self.body = body
    }
}
