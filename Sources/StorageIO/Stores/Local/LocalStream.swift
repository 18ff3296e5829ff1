import Essentials
import Parallelism
import Synchronization

/// A pipe or device that is written as the bytes come: writing cannot be atomic or undone.
final class LocalStream: Sendable {
    /// A pipe that is ready takes so many bytes without waiting: `PIPE_BUF`.
    private static let pipeBytes = 4096
    private static let pause: Duration = .milliseconds(20)
    private static let waitMilliseconds: Int32 = 50
    private static let takenOutput = Atomic(false)

    /// Whether an object has been written to this process's standard output: nothing else may go there then.
    static var hasTakenStandardOutput: Bool { takenOutput.load(ordering: .relaxed) }

    let path: String
    private let isPipe: Bool
    private let state: Lock<State>

    private enum State {
        /// Nobody has read the pipe yet, or nothing has been written.
        case waiting
        case open(Int32)
        case ended
    }

    /// - Throws: ``ObjectStoreError/Code/invalidKey`` for anything that cannot be written.
    init(path: String, _ status: stat, below root: String) throws(ObjectStoreError) {
        guard status.isPipe || status.isCharacterDevice else {
            throw ObjectStoreError(
                .invalidKey, location: path, message: "an object cannot be written to a socket or disk")
        }
        guard root.hasBytes(of: "/") else {
            throw ObjectStoreError(
                .invalidKey, location: path, message: "an object cannot be written to a pipe or device")
        }
        self.path = path
        isPipe = status.isPipe
        state = Lock(.waiting)
    }

    /// A descriptor of this process: `/dev/stdout` and its like.
    init(ownDescriptor: Int32, path: String) throws(ObjectStoreError) {
        self.path = path
        let copy = try SystemCalls.check(path) { fcntl(ownDescriptor, F_DUPFD_CLOEXEC, 3) }
        state = Lock(.open(copy))
        if ownDescriptor == STDOUT_FILENO { Self.takenOutput.store(true, ordering: .relaxed) }
        let status = try? SystemCalls.status(of: copy, path: path)
        isPipe = status.map { !$0.isRegularFile && !$0.isCharacterDevice } ?? true
    }

    deinit { end() }

    /// The number of this process's descriptor that a path such as `/proc/self/fd/1` names.
    static func ownDescriptor(_ path: String) -> Int32? {
        guard let number = Int32(path.lastSlashSegment), number >= 0,
            let folder = try? SystemCalls.realPath(SystemCalls.parent(path)),
            ["/proc/\(getpid())/fd", "/dev/fd"].contains(where: { folder.hasBytes(of: $0) })
        else { return nil }
        return number
    }

    /// Whether a path, or the link there, names a descriptor of this process.
    static func isOwnDescriptor(_ path: String) -> Bool {
        ownDescriptor(path) != nil || (try? SystemCalls.linkTarget(path)).map { ownDescriptor($0) != nil } ?? false
    }

    /// Writes all bytes, as fast as they are taken.
    func write(_ bytes: [UInt8]) async throws {
        var written = 0
        while written < bytes.count {
            try Task.checkCancellation()
            let rest = bytes[written...]
            if let count = try await BlockingPool.files.run({ [self] in try writeOnce(rest) }) {
                written += count
            } else {
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Ends the stream; the reader of a pipe sees its end. An empty object also opens and closes it.
    func finish() async throws {
        while try await !BlockingPool.files.run({ [self] in try openIfReady() != nil }) {
            try await Task.sleep(for: Self.pause)
        }
        end()
    }

    func end() {
        let last = state.withLock { state in
            defer { state = .ended }
            return state
        }
        if case .open(let descriptor) = last { close(descriptor) }
    }

    /// - Returns: How many bytes were taken within a short time; nil while nobody reads the pipe.
    private func writeOnce(_ bytes: ArraySlice<UInt8>) throws(ObjectStoreError) -> Int? {
        guard let descriptor = try openIfReady() else { return nil }
        guard isPipe else {
            try SystemCalls.write(descriptor, Array(bytes), path: path)
            return bytes.count
        }
        var written = 0
        while written < bytes.count {
            var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&question, 1, Self.waitMilliseconds) > 0 else { return written }
            let chunk = Array(bytes[(bytes.startIndex + written)...].prefix(Self.pipeBytes))
            try SystemCalls.write(descriptor, chunk, path: path)
            written += chunk.count
        }
        return written
    }

    /// nil while nobody reads the pipe.
    private func openIfReady() throws(ObjectStoreError) -> Int32? {
        switch state.withLock({ $0 }) {
        case .open(let descriptor): return descriptor
        case .ended:
            throw ObjectStoreError(.unavailable, location: path, message: "the writer has already ended")
        case .waiting: break
        }
        while true {
            // Without O_NONBLOCK, opening a pipe would wait for its reader, and could not be cancelled.
            let opened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            if opened != -1 {
                state.withLock { $0 = .open(opened) }
                return opened
            }
            let code = errno
            if code == ENXIO, isPipe { return nil }
            if code != EINTR { throw ObjectStoreError(errno: code, path: path) }
        }
    }
}

/// Writes an object into a pipe or device.
struct LocalStreamWriter: ObjectWriter {
    let stream: LocalStream

    func write(_ bytes: [UInt8]) async throws { try await stream.write(bytes) }
    func finish() async throws { try await stream.finish() }
    func abort() async { stream.end() }
}
