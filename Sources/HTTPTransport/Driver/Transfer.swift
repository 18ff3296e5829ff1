import CCurl

/// One exchange on an easy handle. Belongs to the driver's thread.
final class Transfer {
    let exchange: Exchange
    let easy: EasyHandle
    /// Whether there is a connection, so that silence counts.
    private(set) var isConnected = false
    private var mayHaveSent = false
    /// When bytes were last sent or received, or a direction resumed.
    var lastActivity: ContinuousClock.Instant
    private var parser = ResponseHeadParser()
    private var head: TransportResponseHead?
    private var body: [UInt8] = []
    private var bodyCount: Int64 = 0
    private var announcedBodyCount: Int64?
    private var sentCount = 0
    private var uploadedCount: Int64 = 0
    private var failure: HTTPTransportError?
    private var hasRestarted = false

    init(_ exchange: Exchange, easy: EasyHandle) {
        self.exchange = exchange
        self.easy = easy
        lastActivity = exchange.start
    }

    // MARK: What curl calls

    func connect() {
        isConnected = true
        mayHaveSent = true
        lastActivity = .now
    }

    /// - Returns: false to end the transfer.
    func receiveHeaderLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        lastActivity = .now
        switch parser.feed(bytes) {
        case .more: return true
        case .tooLarge:
            failure = error(.protocolViolation, "the response's head is longer than \(ResponseHeadParser.limit) bytes")
            return false
        case .head(let head):
            self.head = head
            if exchange.request.method != "HEAD" {
                announcedBodyCount = head.headers["Content-Length"].flatMap { Int64($0) }
            }
            guard prepareBody() else { return false }
            exchange.receive(head)
            return true
        }
    }

    private func prepareBody() -> Bool {
        guard let limit = exchange.maximumBodyBytes, let announcedBodyCount else { return true }
        guard announcedBodyCount <= limit else { return refuseBody(limit) }
        body.reserveCapacity(min(Int(announcedBodyCount), Self.largestReservation))
        return true
    }

    /// The most memory reserved for a body's announced length; a longer body grows as it arrives.
    private static let largestReservation = 64 << 20

    private func refuseBody(_ limit: Int) -> Bool {
        failure = error(.bodyTooLarge, "the response's body is longer than \(limit) bytes")
        return false
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        if let limit = exchange.maximumBodyBytes {
            guard bytes.count <= limit - body.count else {
                _ = refuseBody(limit)
                return Int(CURL_WRITEFUNC_ERROR)
            }
            body.append(contentsOf: bytes)
        } else if !exchange.receive(bytes) {
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        bodyCount += Int64(bytes.count)
        return bytes.count
    }

    func sendBody(into target: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        switch exchange.request.body {
        case .none: return 0
        case .bytes(let bytes):
            // A server that refuses the request does not want the rest.
            if let head, head.status >= 300 { return 0 }
            let count = min(target.count, bytes.count - sentCount)
            bytes.withUnsafeBytes {
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sentCount..<sentCount + count]))
            }
            sentCount += count
            return count
        case .stream:
            switch exchange.send(into: target) {
            case .bytes(let count):
                sentCount += count
                return count
            case .pause: return Int(CURL_READFUNC_PAUSE)
            case .end: return 0
            }
        }
    }

    /// Goes to a position in the request's body, to send it again over another connection.
    func seek(to offset: Int) -> Bool {
        switch exchange.request.body {
        case .bytes(let bytes) where (0...bytes.count).contains(offset):
            sentCount = offset
            return true
        default: return offset == sentCount
        }
    }

    // MARK: What the driver asks

    /// The result of the transfer.
    func outcome(_ code: CURLcode) -> Result<[UInt8], any Error> {
        if let failure { return .failure(failure) }
        if code == CURLE_OK { return head == nil ? .failure(ExchangeStateMachine.NoResponse()) : .success(body) }
        // The server refused the request and closed the connection, on which we were still sending.
        if let head, head.status >= 300, bodyCount == announcedBodyCount { return .success(body) }
        return .failure(CurlFailure(code, easy: easy, mayHaveSent: mayHaveSent).error(for: exchange.request))
    }

    /// Prepares to send the request once more, over a new connection, if it met a kept one that the server had closed: curl does
    /// so itself when it notices in time. Nothing may have come from the server, and the body must still be there.
    func restart(after code: CURLcode) -> Bool {
        guard code == CURLE_SEND_ERROR, head == nil, failure == nil, !hasRestarted else { return false }
        guard easy.number(CURLINFO_NUM_CONNECTS) == 0, seek(to: 0) else { return false }
        hasRestarted = true
        isConnected = false
        parser = ResponseHeadParser()
        easy.set(CURLOPT_FRESH_CONNECT, true)
        return true
    }

    /// Takes the bytes that the server sent before it closed a connection on which we were sending.
    /// - Returns: whether they are a whole response.
    func receiveUnreadResponse(_ bytes: [UInt8]) -> Bool {
        guard head == nil, let response = UnreadResponse.response(in: bytes, method: exchange.request.method) else {
            return false
        }
        if let limit = exchange.maximumBodyBytes, response.body.count > limit { return refuseBody(limit) }
        head = response.head
        exchange.receive(response.head)
        if exchange.maximumBodyBytes == nil {
            return response.body.isEmpty || response.body.withUnsafeBytes { exchange.receive($0) }
        }
        body = response.body
        return true
    }

    /// Whether curl has sent any bytes since the last call.
    func hasUploaded() -> Bool {
        let count = easy.count(CURLINFO_SIZE_UPLOAD_T)
        defer { uploadedCount = count }
        return count != uploadedCount
    }

    func error(_ code: HTTPTransportError.Code, _ message: String) -> HTTPTransportError {
        HTTPTransportError(code, method: exchange.request.method, url: exchange.request.url, message: message)
    }
}
