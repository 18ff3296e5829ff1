import Essentials
import Parallelism

extension StorageLocation {
    /// The location itself; or, for a pipe such as a shell's `<(zcat x)`, a store with the pipe's content, read to its
    /// end.
    ///
    /// The bytes are kept in an unnamed temporary file while the store exists. A pipe can be read once: a second reader
    /// must use the result, not the original location.
    /// - Throws: ``ObjectStoreError``; `CancellationError`, also while the pipe is idle.
    package func spooled() async throws -> StorageLocation {
        guard let local = store as? LocalObjectStore, local.folder == "/", !uri.isFolder,
            let key = try? key()
        else { return self }
        let path = local.base + key.path
        guard let status = try? await BlockingPool.files.run({ try SystemCalls.status(path) }), status.isPipe else {
            return self
        }
        return StorageLocation(
            store: SpooledStore(key: key, file: try await PipeReader(path: path).spool()), uri: uri)
    }
}

/// A pipe's content, as the only object of a store.
private struct SpooledStore: ObjectStore {
    let root = "file:///"
    let key: ObjectKey
    let file: LocalFile

    func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        guard key == self.key else { throw ObjectStoreError(errno: ENOENT, path: root + key.path) }
        return ObjectMetadata(key: key, size: file.size, modified: Date(timeIntervalSince1970: 0))
    }

    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        _ = try await head(key)
        let wanted = try (range ?? 0..<file.size).withinObject(ofSize: file.size, location: file.path)
        return try await BlockingPool.files.run { [file] in try file.read(wanted) }
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        AsyncThrowingStream { continuation in
            if key.path.startsWithBytes(of: prefix) {
                continuation.yield(ObjectMetadata(key: key, size: file.size, modified: Date(timeIntervalSince1970: 0)))
            }
            continuation.finish()
        }
    }

    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter { throw readOnly(key) }
    func delete(_ key: ObjectKey) async throws { throw readOnly(key) }
    func copy(from source: ObjectKey, to destination: ObjectKey) async throws { throw readOnly(destination) }

    private func readOnly(_ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(.permissionDenied, location: root + key.path, message: "a pipe's content is read-only")
    }
}

/// Reads a pipe to its end without blocking a thread while it is idle.
private struct PipeReader {
    private static let chunkBytes = 1 << 16
    private static let waitMilliseconds: Int32 = 100

    let path: String

    func spool() async throws -> LocalFile {
        let path = path
        let (pipe, copy) = try await BlockingPool.files.run {
            // Without O_NONBLOCK, opening would wait for a writer, and could not be cancelled.
            let pipe = OwnedDescriptor(
                try SystemCalls.check(path) { open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) })
            return (pipe, try Self.temporaryFile())
        }
        while true {
            try Task.checkCancellation()
            let isAtEnd = try await BlockingPool.files.run { try Self.move(from: pipe, to: copy, path: path) }
            if isAtEnd { break }
        }
        return try LocalFile(path: path, descriptor: copy.release(), matching: nil)
    }

    private static func temporaryFile() throws(ObjectStoreError) -> OwnedDescriptor {
        var path = Array(
            SystemCalls.path(FileManager.default.temporaryDirectory.path, "antifraud-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor != -1 else {
            throw ObjectStoreError(errno: errno, path: FileManager.default.temporaryDirectory.path)
        }
        unlink(path)
        return OwnedDescriptor(descriptor)
    }

    /// - Returns: whether the pipe has ended.
    private static func move(
        from pipe: OwnedDescriptor, to copy: OwnedDescriptor, path: String
    ) throws(ObjectStoreError) -> Bool {
        var question = pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0)
        guard poll(&question, 1, waitMilliseconds) > 0 else { return false }
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        let count = chunk.withUnsafeMutableBytes { Essentials.read(pipe.number, $0.baseAddress, $0.count) }
        if count == 0 { return true }
        guard count > 0 else {
            let code = errno
            if code == EAGAIN || code == EINTR { return false }
            throw ObjectStoreError(errno: code, path: path)
        }
        chunk.removeSubrange(count...)
        try SystemCalls.write(copy.number, chunk, path: FileManager.default.temporaryDirectory.path)
        return false
    }
}

/// Closes a descriptor unless it has been released to another owner.
private final class OwnedDescriptor: Sendable {
    let number: Int32
    private let isReleased = Lock(false)

    init(_ number: Int32) { self.number = number }

    deinit { if !isReleased.withLock({ $0 }) { close(number) } }

    func release() -> Int32 {
        isReleased.withLock { $0 = true }
        return number
    }
}
