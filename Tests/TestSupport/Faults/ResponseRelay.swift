import Foundation

/// Passes a server's response to the client, with the faults of responses.
struct ResponseRelay {
    let connection: ProxyConnection
    let fault: Fault?

    private var isCut: Bool {
        switch fault {
        case .resetInResponse, .truncateResponse, .stallInResponse: true
        default: false
        }
    }

    private var bytesPerSecond: Int? {
        if case .slowResponse(let bytesPerSecond) = fault { bytesPerSecond } else { nil }
    }

    /// - Throws: ``ProxyFailure`` when the client's connection is to be reset.
    func run(_ head: MessageHead, _ body: BodyReader, to request: MessageHead) throws {
        var body = body
        if fault == .loseResponse {
            // To the end, so that the server has finished.
            while try body.next() != nil {}
            throw ProxyFailure.ended
        }
        guard isCut else {
            try connection.sendToClient(head.bytes, bytesPerSecond: bytesPerSecond)
            while let chunk = try body.next() {
                try connection.sendToClient(chunk, bytesPerSecond: bytesPerSecond)
            }
            return
        }
        switch try head.responseFraming(to: request.method) {
        case .none:
            try connection.sendToClient(Array(head.bytes.prefix(head.bytes.count / 2)))
        case .length(let length):
            try connection.sendToClient(head.bytes)
            var left = length / 2
            while left > 0, let chunk = try body.next(min(left, 1 << 16)) {
                try connection.sendToClient(chunk)
                left -= chunk.count
            }
        case .chunked:
            try connection.sendToClient(head.bytes)
            if let size = try body.next() { try connection.sendToClient(size) }
            if let data = try body.next() { try connection.sendToClient(Array(data.prefix(data.count / 2))) }
        case .untilClose:
            try connection.sendToClient(head.bytes)
            if let data = try body.next() { try connection.sendToClient(Array(data.prefix(data.count / 2))) }
        }
        try cut()
    }

    private func cut() throws {
        switch fault {
        case .truncateResponse:
            connection.client.finish()
        case .stallInResponse(let duration):
            try connection.client.pause(duration)
        default:
            // A reset drops bytes in flight; these have to arrive.
            try connection.client.pause(.milliseconds(20))
        }
        throw ProxyFailure.ended
    }
}
