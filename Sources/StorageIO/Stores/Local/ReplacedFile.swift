import Essentials

/// What a writer is about to replace, or a deletion to remove.
///
/// All of them hold the file's lock (`flock`) meanwhile: otherwise one of them could replace it after another one has
/// compared its entity tag, and before that one renames. Whoever gets the lock of a file that has been replaced since
/// looks again.
enum ReplacedFile {
    case none
    /// Locked, and certainly the one under that name.
    case locked(stat)
    /// The lock cannot be taken, for this reason.
    case notLocked(ObjectStoreError)

    private static let pauseMilliseconds: Int32 = 1
    /// A second in all: our own locks last as long as a call of the system, those of other programs as they like.
    private static let attempts = 1_000

    /// Locks the file of that name while the body runs.
    static func locking<Result>(
        _ name: String, in folder: OpenFolder, _ body: (ReplacedFile) throws(ObjectStoreError) -> Result
    ) throws(ObjectStoreError) -> Result {
        let path = SystemCalls.path(folder.path, name)
        for _ in 0..<attempts {
            let descriptor = folder.openFile(name, O_RDONLY | O_NONBLOCK)
            guard descriptor != -1 else {
                let code = errno
                if code == EINTR { continue }
                return try body(code == ENOENT ? .none : .notLocked(ObjectStoreError(errno: code, path: path)))
            }
            defer { close(descriptor) }
            switch FileLock(descriptor) {
            case .unknown:
                return try body(
                    .notLocked(
                        ObjectStoreError(
                            .unsupported, location: path,
                            message: "the file system has no locks, so that no file is replaced on a condition")))
            case .held: poll(nil, 0, pauseMilliseconds)
            case .taken:
                let status = try SystemCalls.status(of: descriptor, path: path)
                if try folder.statusIfPresent(name).map(FileIdentity.init) == FileIdentity(status) {
                    return try body(.locked(status))
                }
            }
        }
        return try body(
            .notLocked(ObjectStoreError(.unavailable, location: path, message: "another program locks the file")))
    }

    /// - Throws: ``ObjectStoreError`` unless the precondition holds, and will until the lock ends.
    func check(_ precondition: WritePrecondition, location: String) throws(ObjectStoreError) {
        switch self {
        case .none: try precondition.check(nil, location: location)
        case .locked(let status): try precondition.check(status.entityTag, location: location)
        case .notLocked(let error): throw error
        }
    }
}
