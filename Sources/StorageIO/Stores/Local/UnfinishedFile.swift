import Essentials
import Parallelism

/// A file that is being written beside its destination, under a name that listings skip.
///
/// The descriptor holds a lock (`flock`) while the writer is running; the system releases it when the process ends,
/// however it ends. An unlocked file of such a name is therefore a leftover. The names are derived from the
/// destination's, so that the next writer of the same object finds and removes the leftovers of earlier ones.
///
/// If the file system has no locks (NFS without its lock service, Lustre without `-o flock`, some FUSE file systems),
/// files are written without, and nothing is taken for a leftover.
final class UnfinishedFile: Sendable {
    private enum State {
        case open(descriptor: Int32)
        case published
        case discarded
    }

    /// How many concurrent writers of one object get names by which leftovers are found; others get random names.
    private static let slots = 8
    private static let attempts = 64

    private let destination: String
    private let folder: OpenFolder
    private let name: String
    private let finalName: String
    private let precondition: WritePrecondition?
    private let state: Lock<State>

    /// - Parameters:
    ///   - name: The finished file's name.
    ///   - precondition: What ``publish()`` requires of the file of that name.
    ///   - openFolder: Opens the folder of the file; called again when it has been removed in the meantime.
    init(
        named name: String, precondition: WritePrecondition?, in openFolder: () throws(ObjectStoreError) -> OpenFolder
    ) throws(ObjectStoreError) {
        let tag = LocalObjectStore.unfinishedPrefix + Self.tag(of: name)
        var folder = try openFolder()
        var slot = 0
        for _ in 0..<Self.attempts {
            let own = slot < Self.slots ? "\(tag)-\(slot)" : "\(tag)-\(UInt64.random(in: .min ... .max))"
            let descriptor = folder.openFile(own, O_RDWR | O_CREAT | O_EXCL)
            if descriptor != -1 {
                // Another process that removes leftovers may have been faster than the lock.
                if FileLock(descriptor) != .held, Self.hasName(descriptor) {
                    if slot < Self.slots { Self.removeLeftover("\(tag)-\(slot + 1)", in: folder) }
                    destination = SystemCalls.path(folder.path, name)
                    self.folder = folder
                    self.name = own
                    finalName = name
                    self.precondition = precondition
                    state = Lock(.open(descriptor: descriptor))
                    return
                }
                close(descriptor)
                continue
            }
            switch errno {
            case EINTR: continue
            // The folder may have been removed since; or the file system does not allow new files.
            case ENOENT: folder = try openFolder()
            case EEXIST: if !Self.removeLeftover(own, in: folder) { slot += 1 }
            case let code: throw ObjectStoreError(errno: code, path: SystemCalls.path(folder.path, name))
            }
        }
        throw ObjectStoreError(
            .unavailable, location: SystemCalls.path(folder.path, name),
            message: "no file can be created in \(folder.path), though the folder exists")
    }

    deinit { discard() }

    /// A short tag that fits names of any length, the same for every writer of one object.
    private static func tag(of name: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    /// Whether the open file still has a name.
    private static func hasName(_ descriptor: Int32) -> Bool {
        (try? SystemCalls.status(of: descriptor, path: ""))?.st_nlink ?? 0 > 0
    }

    /// Removes the file of a writer that has ended without removing it.
    /// - Returns: Whether there is no file of that name now.
    @discardableResult
    private static func removeLeftover(_ name: String, in folder: OpenFolder) -> Bool {
        let descriptor = folder.openFile(name, O_RDWR | O_NONBLOCK)
        guard descriptor != -1 else { return errno == ENOENT }
        defer { close(descriptor) }
        guard FileLock(descriptor) == .taken else { return false }
        // The previous holder has removed it.
        guard hasName(descriptor) else { return true }
        return folder.remove(name) == 0
    }

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

    /// Syncs content and name to disk, and makes the file visible at its destination.
    func publish() throws(ObjectStoreError) {
        let descriptor = try openDescriptor()
        try SystemCalls.check(destination) { fsync(descriptor) }
        if precondition == .ifAbsent {
            try SystemCalls.check(destination) { folder.link(name, as: finalName) }
            folder.remove(name)
        } else {
            try ReplacedFile.locking(finalName, in: folder) { replaced throws(ObjectStoreError) in
                if let precondition { try replaced.check(precondition, location: destination) }
                if case .locked(let status) = replaced {
                    try SystemCalls.makeNewer(descriptor, than: status, path: destination)
                }
                try SystemCalls.check(destination) { folder.rename(name, to: finalName) }
            }
        }
        state.withLock { $0 = .published }
        close(descriptor)
        try folder.synchronize()
    }

    /// Removes the file unless it has been published.
    func discard() {
        let descriptor: Int32? = state.withLock { state in
            guard case .open(let descriptor) = state else { return nil }
            state = .discarded
            return descriptor
        }
        guard let descriptor else { return }
        folder.remove(name)
        close(descriptor)
    }

    private func openDescriptor() throws(ObjectStoreError) -> Int32 {
        guard case .open(let descriptor) = state.withLock({ $0 }) else {
            throw ObjectStoreError(.unavailable, location: destination, message: "the writer has already ended")
        }
        return descriptor
    }
}
