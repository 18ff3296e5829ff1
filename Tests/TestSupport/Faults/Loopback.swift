import Foundation

/// TCP on 127.0.0.1 by system calls.
enum Loopback {
    /// Of `send`: no signal when the other side is gone, no waiting.
    static let sendFlags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)

    static func socket() throws -> Int32 {
        // Not inherited by programs that tests start: they would keep connections open.
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = Foundation.socket(AF_INET, Int32(kind), 0)
        guard descriptor >= 0 else { throw ProxyFailure.system(call: "socket", code: errno) }
        return descriptor
    }

    static func withAddress<Result>(
        port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) rethrows -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A listening socket on a free port, and the port.
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = try socket()
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bound in
                withAddress(port: 0) { bind(descriptor, $0, $1) } == 0
                    && Foundation.listen(descriptor, 256) == 0
                    && getsockname(descriptor, bound, &size) == 0
            }
        }
        guard named else {
            let code = errno
            _ = close(descriptor)
            throw ProxyFailure.system(call: "listen", code: code)
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
