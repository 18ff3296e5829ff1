import Foundation

/// One connection of a client, request after request.
struct ProxyConnection {
    let client: ProxySocket
    let server: UInt16
    let redirects: [String: String]
    let registry: SocketRegistry
    let record: ProxyRecord

    func run() {
        do {
            while let head = try MessageHead(from: client) {
                record.countFromClient(head.bytes.count)
                guard try serve(head) else { break }
            }
            client.finish()
        } catch {
            client.reset()
        }
    }

    /// - Returns: whether a next request may follow on this connection.
    private func serve(_ head: MessageHead) throws -> Bool {
        let fault = record.fault(for: head)
        switch fault {
        case .resetBeforeReading:
            throw ProxyFailure.ended
        case .resetAfterReading:
            try readBody(head)
            throw ProxyFailure.ended
        case .stall(let duration):
            try readBody(head)
            try client.pause(duration)
            throw ProxyFailure.ended
        case .garbage:
            try readBody(head)
            try sendToClient((0..<256).map { UInt8($0 ^ 0x5A) })
            return false
        case .response(let status, let retryAfter):
            // A client that waits for `100 Continue` does not get it: the response comes at once.
            let reads = !head.expectsContinue
            if reads { try readBody(head) }
            try sendToClient(ownResponse(status, retryAfter: retryAfter, closes: !reads || !head.keepsAlive))
            return reads && head.keepsAlive
        default:
            return try forward(head, fault)
        }
    }

    private func ownResponse(_ status: Int, retryAfter: Int?, closes: Bool) -> [UInt8] {
        var response = "HTTP/1.1 \(status) Fault\r\nContent-Length: 0\r\n"
        if let retryAfter { response += "Retry-After: \(retryAfter)\r\n" }
        if closes { response += "Connection: close\r\n" }
        return Array((response + "\r\n").utf8)
    }

    private func readBody(_ head: MessageHead) throws {
        if head.expectsContinue { try sendToClient(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        var body = BodyReader(client, framing: try head.requestFraming())
        while let chunk = try body.next() { record.countFromClient(chunk.count) }
    }

    /// Sends at once, or in parts of a twentieth of a second.
    func sendToClient(_ bytes: [UInt8], bytesPerSecond: Int? = nil) throws {
        let step = bytesPerSecond.map { max(1, $0 / 20) } ?? max(1, bytes.count)
        for start in stride(from: 0, to: bytes.count, by: step) {
            let chunk = bytes[start..<min(bytes.count, start + step)]
            try client.send(chunk)
            record.countToClient(chunk.count)
            if let bytesPerSecond { try client.pause(.seconds(Double(chunk.count) / Double(max(1, bytesPerSecond)))) }
        }
    }

    private func forward(_ head: MessageHead, _ fault: Fault?) throws -> Bool {
        let upstream = try fromServer { try ProxySocket(port: server, registry: registry) }
        defer { upstream.close() }
        var request = head
        request.removeConnectionFields()
        request.fields.append(("Connection", "close"))
        try upstream.send(request.bytes[...])
        let early = try sendBody(of: head, to: upstream, fault)
        var response = try early ?? fromServer { try MessageHead(from: upstream) }
        // 1xx responses precede the final one.
        while (100..<200).contains(response.status) {
            try sendToClient(response.bytes)
            response = try fromServer { try MessageHead(from: upstream) }
        }
        let framing = try response.responseFraming(to: head.method)
        let keepsAlive = early == nil && head.keepsAlive && framing != .untilClose
        let relay = ResponseRelay(connection: self, fault: fault)
        try relay.run(prepared(response, keepsAlive: keepsAlive), BodyReader(upstream, framing: framing), to: head)
        return keepsAlive
    }

    private func fromServer<Result>(_ body: () throws -> Result?) throws -> Result {
        if let result = try? body() { return result }
        record.countServerFailure()
        throw ProxyFailure.ended
    }

    /// - Returns: the response, if it comes before the whole body was sent.
    private func sendBody(of head: MessageHead, to upstream: ProxySocket, _ fault: Fault?) throws -> MessageHead? {
        let framing = try head.requestFraming()
        if head.expectsContinue, framing != .none {
            // Waits for the first of both: the server's `100 Continue` or refusal, or the client's body after its
            // timeout.
            while !upstream.isReadable(within: 5), !client.isReadable(within: 5) {
                if registry.isStopped { throw ProxyFailure.stopped }
            }
        }
        var limit = 1 << 16, pace: Int?
        if case .slowRequest(let bytesPerSecond) = fault {
            (limit, pace) = (max(1, bytesPerSecond / 20), bytesPerSecond)
        }
        if framing != .none, let refusal = try earlyResponse(of: upstream) { return refusal }
        var body = BodyReader(client, framing: framing)
        while let chunk = try body.next(limit) {
            record.countFromClient(chunk.count)
            var sent = 0
            while sent < chunk.count {
                sent += try upstream.send(chunk[sent...], unlessReadable: true)
                if sent == chunk.count, body.isComplete { return nil }
                if let response = try earlyResponse(of: upstream) { return response }
            }
            if let pace { try client.pause(.seconds(Double(chunk.count) / Double(max(1, pace)))) }
        }
        return nil
    }

    /// Handles responses before the body's end: passes interim ones to the client, and a final one to the caller.
    private func earlyResponse(of upstream: ProxySocket) throws -> MessageHead? {
        while upstream.isReadable(within: 0) {
            let response = try fromServer { try MessageHead(from: upstream) }
            guard (100..<200).contains(response.status) else { return response }
            try sendToClient(response.bytes)
        }
        return nil
    }

    private func prepared(_ response: MessageHead, keepsAlive: Bool) -> MessageHead {
        var response = response
        response.removeConnectionFields()
        if !keepsAlive { response.fields.append(("Connection", "close")) }
        response.fields = response.fields.map { field in
            guard field.name.lowercased() == "location" else { return field }
            for (from, to) in redirects where field.value.hasPrefix("http://\(from)") {
                let rest = field.value.dropFirst("http://\(from)".count)
                if rest.isEmpty || rest.hasPrefix("/") || rest.hasPrefix("?") {
                    return (field.name, "http://\(to)\(rest)")
                }
            }
            return field
        }
        return response
    }
}
