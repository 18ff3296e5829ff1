import Essentials

/// What lies unread in connections when curl closes them.
///
/// A server may refuse a request before it has read the body, and close the connection. If sending fails before curl has
/// looked for an answer, curl gives the connection up together with the answer that is already there. For plain HTTP it can still
/// be read. Belongs to the driver's thread.
final class UnreadResponse {
    private static let limit = 64 << 10

    private var wordsByPort: [Int: [UInt8]] = [:]

    /// Closes a connection that is no longer used, and keeps what is in it for the moment.
    func close(_ socket: Int32) {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        if status == 0, let port = Self.port(address) {
            let words = [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, count in
                count = max(0, recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
            }
            if !words.isEmpty { wordsByPort[port] = words }
        }
        _ = Essentials.close(socket)
    }

    /// What was in the connection from that local port.
    func take(port: Int) -> [UInt8]? { wordsByPort.removeValue(forKey: port) }

    /// Forgets all: ports are used again.
    func forget() { if !wordsByPort.isEmpty { wordsByPort = [:] } }

    private static func port(_ address: sockaddr_storage) -> Int? {
        withUnsafeBytes(of: address) { bytes in
            switch Int32(address.ss_family) {
            case AF_INET: Int(UInt16(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_port))
            case AF_INET6: Int(UInt16(bigEndian: bytes.loadUnaligned(as: sockaddr_in6.self).sin6_port))
            default: nil
            }
        }
    }

    /// A whole answer, if the bytes are one; chunked bodies are not looked into.
    static func response(in bytes: [UInt8], method: String) -> (head: TransportResponseHead, body: [UInt8])? {
        var parser = ResponseHeadParser()
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let event = Array(rest[...end]).withUnsafeBytes { parser.feed($0) }
            rest = rest[(end + 1)...]
            guard case .head(let head) = event else { continue }
            guard head.status >= 300, head.headers["Transfer-Encoding"] == nil else { return nil }
            if method == "HEAD" || head.status == 304 { return (head, []) }
            let length = head.headers["Content-Length"].map { Int($0) } ?? rest.count
            return length == rest.count ? (head, Array(rest)) : nil
        }
        return nil
    }
}
