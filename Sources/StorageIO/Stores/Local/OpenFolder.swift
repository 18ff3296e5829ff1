import Essentials

/// A folder held open: operations on names apply to this folder, wherever its path leads by then.
final class OpenFolder: Sendable {
    /// How often an operation is attempted that others may undo meanwhile, so that a file system that always refuses
    /// does not cause an endless loop.
    static let attempts = 16
    private static let maximumLinks = 40

    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Opens a folder; links in the path are followed.
    /// - Parameter isMade: Whether it is created if missing, with those above it.
    static func open(_ path: String, isMade: Bool) throws(ObjectStoreError) -> OpenFolder {
        var missing = ObjectStoreError(errno: ENOENT, path: path)
        for _ in 0..<attempts {
            do throws(ObjectStoreError) {
                let descriptor = try SystemCalls.check(path) { openPath(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
                return OpenFolder(path: path, descriptor: descriptor)
            } catch let error where error.code == .notFound && isMade {
                missing = error
                try SystemCalls.makeFolder(path)
            }
        }
        throw missing
    }

    /// Opens a folder below another one, name by name, so that no link can lead out of it, even one that is created
    /// meanwhile. Links that stay below the root are followed.
    /// - Throws: ``ObjectStoreError/Code/permissionDenied`` at a link that leads out of the root.
    static func open(
        _ names: [Substring], below root: String, isMade: Bool
    ) throws(ObjectStoreError) -> OpenFolder {
        var folder = try open(root, isMade: isMade)
        var rest = names[...]
        var links = 0
        while let name = rest.first {
            if let next = try folder.enter(name, isMade: isMade) {
                folder = next
                rest = rest.dropFirst()
                continue
            }
            links += 1
            let path = SystemCalls.path(folder.path, name)
            guard links <= maximumLinks else { throw ObjectStoreError(errno: ELOOP, path: path) }
            let target = try SystemCalls.realPath(path), realRoot = try SystemCalls.realPath(root)
            guard let inside = SystemCalls.names(of: target, below: realRoot) else {
                throw linkLeadsOut(path, of: root)
            }
            rest = (inside + rest.dropFirst())[...]
            folder = try open(root, isMade: false)
        }
        return folder
    }

    static func linkLeadsOut(_ path: String, of root: String) -> ObjectStoreError {
        ObjectStoreError(.permissionDenied, location: path, message: "a symbolic link leads out of \(root)")
    }

    /// - Returns: nil if the name is a link.
    private func enter(_ name: Substring, isMade: Bool) throws(ObjectStoreError) -> OpenFolder? {
        let below = SystemCalls.path(path, name), name = String(name)
        guard !name.isEmpty, !name.hasBytes(of: "."), !name.hasBytes(of: ".."), !name.utf8.contains(UInt8(ascii: "/"))
        else {
            throw ObjectStoreError(.invalidKey, location: below, message: "not a folder")
        }
        for _ in 0..<Self.attempts {
            let entered = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if entered != -1 { return OpenFolder(path: below, descriptor: entered) }
            switch errno {
            case EINTR: continue
            case ENOENT where isMade:
                if mkdirat(descriptor, name, 0o777) == 0 {
                    try synchronize()
                } else if errno != EEXIST {
                    throw ObjectStoreError(errno: errno, path: below)
                }
            case ELOOP, ENOTDIR:
                if try status(name).isLink { return nil }
                throw ObjectStoreError(errno: ENOTDIR, path: below)
            case let code: throw ObjectStoreError(errno: code, path: below)
            }
        }
        throw ObjectStoreError(errno: ENOENT, path: below)
    }

    /// The attributes of what is at a name, a link or a file.
    func status(_ name: String) throws(ObjectStoreError) -> stat {
        var result = stat()
        try SystemCalls.check(SystemCalls.path(path, name)) {
            fstatat(descriptor, name, &result, AT_SYMLINK_NOFOLLOW)
        }
        return result
    }

    /// As ``status(_:)``; nil if there is none.
    func statusIfPresent(_ name: String) throws(ObjectStoreError) -> stat? {
        do {
            return try status(name)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Opens a file, never through a link.
    /// - Returns: -1 with the reason in `errno`.
    func openFile(_ name: String, _ flags: Int32) -> Int32 {
        openat(descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o666)
    }

    func rename(_ name: String, to other: String) -> Int32 { renameat(descriptor, name, descriptor, other) }

    func link(_ name: String, as other: String) -> Int32 { linkat(descriptor, name, descriptor, other, 0) }

    @discardableResult
    func remove(_ name: String) -> Int32 { unlinkat(descriptor, name, 0) }

    /// Syncs the names in the folder to disk.
    func synchronize() throws(ObjectStoreError) { try SystemCalls.synchronizeFolder(descriptor, path: path) }
}

/// The system's `open`, whose name our own method hides.
private func openPath(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
