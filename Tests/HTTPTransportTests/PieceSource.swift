import Foundation
import Synchronization

/// Gives the pieces of a request's body one after another.
final class PieceSource: Sendable {
    private let remaining: Mutex<ArraySlice<[UInt8]>>

    init(_ pieces: [[UInt8]]) { remaining = Mutex(pieces[...]) }

    /// A body in pieces of that size.
    convenience init(_ body: [UInt8], pieceSize: Int) {
        self.init(
            stride(from: 0, to: body.count, by: pieceSize).map { Array(body[$0..<min($0 + pieceSize, body.count)]) })
    }

    var remainingCount: Int { remaining.withLock { $0.count } }

    func next() -> [UInt8]? { remaining.withLock { $0.popFirst() } }
}

/// A socket that takes no connection: its queue is full.
final class DeafListener {
    struct Failure: Error {}

    let port: Int
    private var sockets: [Int32] = []

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        func call(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Int32 {
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
            }
        }
        guard call({ bind(listener, $0, $1.pointee) }) == 0, listen(listener, 0) == 0,
            call({ getsockname(listener, $0, $1) }) == 0
        else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            sockets.append(filler)
            _ = call { connect(filler, $0, $1.pointee) }
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
