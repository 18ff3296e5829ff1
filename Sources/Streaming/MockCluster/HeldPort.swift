import Foundation

/// A port of 127.0.0.1 that is bound but not listened on: connections to it are refused, and nobody else can take it.
final class HeldPort: Sendable {
    private let descriptor: Int32

    /// - Returns: nil where the address is not `HOST:PORT`, or the port cannot be bound.
    init?(address: String) {
        guard let colon = address.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(address[address.utf8.index(after: colon)...])
        else { return nil }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor != -1 else { return nil }
        // Closed connections of the broker would hold the port for a minute otherwise.
        var reuses: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // The port is then free for anyone, as without this class.
        guard result == 0 else { return nil }
    }

    deinit { if descriptor != -1 { close(descriptor) } }
}
