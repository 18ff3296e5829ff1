import Foundation

/// A plain socket to the server under test, with blocking calls that give up after ten seconds.
final class RawConnection {
    struct Closed: Error {}

    struct Response: Equatable {
        var status: Int
        /// By names in lower case.
        var fields: [String: String]
        var body: String
    }

    private let socket: Int32
    private var received: [UInt8] = []

    init(port: Int) throws {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        socket = Foundation.socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Closed() }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(
                    socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// Reads one response; after HEAD, no body is expected.
    func response(isHead: Bool = false) throws -> Response {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var fields: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    fields[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
                }
                let length = isHead ? 0 : Int(fields["content-length"] ?? "0") ?? 0
                while received.count < end.upperBound + length { try receive() }
                let body = String(decoding: received[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
                received.removeFirst(end.upperBound + length)
                return Response(status: Int(lines[0].split(separator: " ")[1]) ?? 0, fields: fields, body: body)
            }
            try receive()
        }
    }

    /// Whether the server closes the connection without sending anything more.
    func isClosedByServer() -> Bool {
        do {
            try receive()
            return false
        } catch {
            return error is Closed
        }
    }

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count < 0, errno == EAGAIN { throw TimedOut() }
            throw Closed()
        }
        received += buffer[..<count]
    }

    struct TimedOut: Error {}
}

extension RawConnection {
    /// A request for a score.
    static func predict(_ body: String, fields: String = "") -> String {
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
    }
}
