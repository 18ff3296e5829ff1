import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is being written beside its destination, under a name that listings leave out.
///
/// The descriptor holds a lock (`flock`) for as long as the writer lives; the system drops it when the process ends,
/// however it ends. An unlocked file of such a name is therefore a leftover.
final class UnfinishedFile: Sendable {
    private enum State {
        case open(descriptor: Int32)
        case published
        case discarded
    }

    private let destination: String
    private let path: String
    private let replaces: Bool
    private let state: Mutex<State>

    /// - Parameter replaces: Whether ``publish()`` may replace a file at the destination.
    init(destination: String, replaces: Bool) throws(ObjectStoreError) {
        let folder = SystemCalls.parent(destination)
        let base = folder == "/" ? folder : folder + "/"
        while true {
            let path = base + LocalObjectStore.unfinishedPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor != -1 {
                // Someone who clears leftovers may have been faster than the lock.
                let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
                if isLocked, let status = try? SystemCalls.status(of: descriptor, path: path), status.st_nlink > 0 {
                    self.path = path
                    self.destination = destination
                    self.replaces = replaces
                    state = Mutex(.open(descriptor: descriptor))
                    return
                }
                close(descriptor)
                continue
            }
            switch errno {
            case EINTR, EEXIST: continue
            case ENOENT: try SystemCalls.makeFolder(folder)
            case let code: throw ObjectStoreError(errno: code, path: destination)
            }
        }
    }

    deinit { discard() }

    func append(_ bytes: [UInt8]) throws(ObjectStoreError) {
        guard !bytes.isEmpty else { return }
        try SystemCalls.write(try openDescriptor(), bytes, path: destination)
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws(ObjectStoreError) {
        try SystemCalls.write(try openDescriptor(), bytes, at: offset, path: destination)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ObjectStoreError) {
        try SystemCalls.read(try openDescriptor(), into: buffer, at: offset, path: destination)
    }

    /// Makes content and name durable, and the file visible at its destination.
    func publish() throws(ObjectStoreError) {
        let descriptor = try openDescriptor()
        try SystemCalls.check(destination) { fsync(descriptor) }
        if replaces {
            try SystemCalls.check(destination) { rename(path, destination) }
        } else {
            try SystemCalls.check(destination) { link(path, destination) }
            unlink(path)
        }
        state.withLock { $0 = .published }
        close(descriptor)
        try SystemCalls.synchronizeFolder(SystemCalls.parent(destination))
    }

    /// Removes the file unless it has been published.
    func discard() {
        let descriptor: Int32? = state.withLock { state in
            guard case .open(let descriptor) = state else { return nil }
            state = .discarded
            return descriptor
        }
        guard let descriptor else { return }
        unlink(path)
        close(descriptor)
    }

    private func openDescriptor() throws(ObjectStoreError) -> Int32 {
        guard case .open(let descriptor) = state.withLock({ $0 }) else {
            throw ObjectStoreError(.unavailable, location: destination, message: "the writer has ended already")
        }
        return descriptor
    }
}
