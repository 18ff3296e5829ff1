import Essentials

/// Responses that are still unread in connections when curl closes them.
///
/// A server may refuse a request before it has read the body, and close the connection. If sending fails before curl
/// has looked for a response, curl gives the connection up together with the response that has already arrived. For
/// plain HTTP it can still be read. Belongs to the driver's thread.
final class UnreadResponse {
    private static let limit = 64 << 10

    private var bytesByPort: [Int: [UInt8]] = [:]

    /// Closes a connection that is no longer used, and keeps its unread bytes for the moment.
    func close(_ socket: Int32) {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        if status == 0, let port = Self.port(address) {
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, count in
                count = max(0, recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
            }
            if !bytes.isEmpty { bytesByPort[port] = bytes }
        }
        _ = Essentials.close(socket)
    }

    /// The unread bytes of the connection from that local port.
    func take(port: Int) -> [UInt8]? { bytesByPort.removeValue(forKey: port) }

    /// Forgets all: ports are used again.
    func forget() { if !bytesByPort.isEmpty { bytesByPort = [:] } }

    private static func port(_ address: sockaddr_storage) -> Int? {
        withUnsafeBytes(of: address) { bytes in
            switch Int32(address.ss_family) {
            case AF_INET: Int(UInt16(bigEndian: bytes.loadUnaligned(as: sockaddr_in.self).sin_port))
            case AF_INET6: Int(UInt16(bigEndian: bytes.loadUnaligned(as: sockaddr_in6.self).sin6_port))
            default: nil
            }
        }
    }

    /// A whole response, if the bytes are one; chunked bodies are not decoded.
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
