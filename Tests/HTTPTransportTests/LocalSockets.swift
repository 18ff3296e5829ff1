import Foundation

/// A listening socket of loopback.
private struct Listener {
    struct Failure: Error {}

    let socket: Int32
    var address = sockaddr_in()

    init() throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let socket = socket
        guard call({ bind(socket, $0, $1.pointee) }) == 0, listen(socket, 0) == 0,
            call({ getsockname(socket, $0, $1) }) == 0
        else { throw Failure() }
    }

    var port: Int { Int(UInt16(bigEndian: address.sin_port)) }

    mutating func call(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Int32 {
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }
}

/// A port that nobody listens at.
struct FreePort {
    let number: Int

    init() throws {
        let listener = try Listener()
        number = listener.port
        close(listener.socket)
    }
}

/// A socket that takes no connection: its queue is full.
final class DeafListener {
    let port: Int
    private var sockets: [Int32]

    init() throws {
        var listener = try Listener()
        port = listener.port
        sockets = [listener.socket]
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(filler)
            _ = listener.call { connect(filler, $0, $1.pointee) }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}

/// A server that reads one more request over a kept connection, and is gone before it responds.
final class VanishingServer: Sendable {
    let port: Int

    init() throws {
        let listener = try Listener()
        port = listener.port
        Thread.detachNewThread {
            let connection = accept(listener.socket, nil, nil)
            Self.readHead(connection)
            let response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            _ = send(connection, response, response.utf8.count, Int32(MSG_NOSIGNAL))
            Self.readHead(connection)
            close(listener.socket)
            close(connection)
        }
    }

    private static func readHead(_ connection: Int32) {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(connection, &byte, 1, 0) == 1 { bytes.append(byte) }
    }
}
