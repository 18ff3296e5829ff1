import Foundation

/// Why a connection through the proxy ended.
enum ProxyFailure: Error {
    /// The other side closed or reset it in the middle of a message.
    case ended
    /// It sent something other than HTTP/1.x.
    case notHTTP
    /// The system refused a call.
    case system(call: String, code: Int32)
    case stopped
}

/// One TCP connection, read through a buffer. Used by one thread; the proxy's registry may shut it down from another.
final class ProxySocket {
    let descriptor: Int32
    private let registry: SocketRegistry
    private var buffer: [UInt8] = []
    private var start = 0
    /// The system reuses the number of a closed connection for the next one, which we must not close.
    private var isClosed = false

    init(descriptor: Int32, registry: SocketRegistry) throws {
        self.descriptor = descriptor
        self.registry = registry
        var one: Int32 = 1
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        guard registry.insert(descriptor) else {
            isClosed = true
            _ = Foundation.close(descriptor)
            throw ProxyFailure.stopped
        }
    }

    /// Connects to an address on this machine.
    convenience init(port: UInt16, registry: SocketRegistry) throws {
        let descriptor = try Loopback.socket()
        let outcome = Loopback.withAddress(port: port) { connect(descriptor, $0, $1) }
        guard outcome == 0 else {
            let code = errno
            _ = Foundation.close(descriptor)
            throw ProxyFailure.system(call: "connect", code: code)
        }
        try self.init(descriptor: descriptor, registry: registry)
    }

    /// At most `limit` bytes, at least one; empty at the end.
    func take(_ limit: Int) throws -> [UInt8] {
        if start == buffer.count, try !fill() { return [] }
        let end = min(buffer.count, start + limit)
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// Up to and with the next line feed.
    func takeLine() throws -> [UInt8] {
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard line.count < 1 << 16 else { throw ProxyFailure.notHTTP }
            if start == buffer.count, try !fill() { throw ProxyFailure.ended }
            let end = buffer[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? buffer.count
            line += buffer[start..<end]
            start = end
        }
        return line
    }

    /// Whether bytes follow before the other side closes; waits for either.
    func hasMore() throws -> Bool { try start < buffer.count || fill() }

    /// Whether reading would not wait, within that time.
    func isReadable(within milliseconds: Int32) -> Bool {
        if start < buffer.count { return true }
        return wait(for: POLLIN, milliseconds: milliseconds) != 0
    }

    private func fill() throws -> Bool {
        buffer = [UInt8](repeating: 0, count: 1 << 16)
        start = 0
        var count = -1
        repeat { count = recv(descriptor, &buffer, buffer.count, 0) } while count < 0 && errno == EINTR
        buffer.removeLast(buffer.count - max(0, count))
        guard count >= 0 else { throw ProxyFailure.ended }
        return count > 0
    }

    /// Sends all bytes; with `unlessReadable`, stops when the other side sends something.
    /// - Returns: how many were sent.
    @discardableResult
    func send(_ bytes: ArraySlice<UInt8>, unlessReadable: Bool = false) throws -> Int {
        var left = bytes
        while !left.isEmpty {
            let events = wait(for: unlessReadable ? POLLIN | POLLOUT : POLLOUT, milliseconds: 60_000)
            if unlessReadable, start < buffer.count || events & POLLIN != 0 { break }
            guard events != 0 else { throw ProxyFailure.ended }
            let count = left.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Loopback.sendFlags)
            }
            if count > 0 {
                left = left.dropFirst(count)
            } else if errno != EINTR, errno != EAGAIN {
                throw ProxyFailure.ended
            }
        }
        return bytes.count - left.count
    }

    private func wait(for events: Int32, milliseconds: Int32) -> Int32 {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, milliseconds) > 0 ? Int32(entry.revents) : 0
    }

    /// Waits, unless the proxy is stopped.
    func pause(_ duration: Duration) throws {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            if registry.isStopped { throw ProxyFailure.stopped }
            let rest = min(.milliseconds(20), end - ContinuousClock.now)
            usleep(UInt32(max(0, rest / .microseconds(1))))
        }
    }

    /// Closes normally: what was sent arrives, and what the other side still sends is read for a moment, since closing
    /// with unread bytes would be a reset.
    func finish() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
        for _ in 0..<200 where isReadable(within: 50) {
            guard let bytes = try? take(1 << 16), !bytes.isEmpty else { break }
        }
        close()
    }

    /// Closes with a reset (RST) instead of an end (FIN).
    func reset() {
        guard leaveRegistry() else { return }
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        _ = Foundation.close(descriptor)
    }

    func close() {
        if leaveRegistry() { _ = Foundation.close(descriptor) }
    }

    /// - Returns: whether the connection is still to be closed.
    private func leaveRegistry() -> Bool {
        if isClosed { return false }
        isClosed = true
        return registry.remove(descriptor)
    }

    deinit { close() }
}
