import Essentials

/// The target of a new object: a file that appears when it is finished, or a pipe or device that is written directly.
///
/// A symbolic link is written through: the file that it leads to is replaced or created, and the link stays.
enum LocalOutput: Sendable {
    case file(UnfinishedFile)
    case stream(LocalStream)

    private static let maximumLinks = 40

    /// - Parameters:
    ///   - key: Is portable.
    ///   - root: The store's folder; nothing is written outside it.
    ///   - precondition: what is required of the file; it is compared here, and again before the file appears.
    /// - Throws: ``ObjectStoreError/Code/permissionDenied`` for links that lead out of the root;
    ///   ``ObjectStoreError/Code/invalidKey`` for folders, sockets, block devices, and, below a root that is not `/`, for pipes
    ///   and devices: a caller who names only a folder does not mean devices in it.
    static func start(
        _ key: ObjectKey, below root: String, precondition: WritePrecondition?
    ) throws(ObjectStoreError) -> LocalOutput {
        let path = SystemCalls.path(root, key.path)
        var names = key.path.slashSegments
        for link in 0...maximumLinks {
            let name = String(names.removeLast())
            let folderNames = names
            // Folders are created for the key, not for a link's target, nor for a file that must exist.
            func openFolder() throws(ObjectStoreError) -> OpenFolder {
                try open(folderNames, below: root, isMade: link == 0 && precondition?.entityTag == nil)
            }
            var folder: OpenFolder? = try openFolder()
            let location = SystemCalls.path(folder?.path ?? root, name)
            let status = try folder?.statusIfPresent(name)
            if status != nil, precondition == .ifAbsent { throw ObjectStoreError(errno: EEXIST, path: path) }
            guard let status, !status.isRegularFile else {
                try precondition?.check(status?.entityTag, location: path)
                let file = try UnfinishedFile(named: name, precondition: precondition) {
                    () throws(ObjectStoreError) -> OpenFolder in
                    defer { folder = nil }
                    if let folder { return folder }
                    return try openFolder()
                }
                return .file(file)
            }
            if status.isFolder { throw ObjectStoreError(errno: EISDIR, path: path) }
            guard status.isLink else { return .stream(try LocalStream(path: location, status, below: root)) }
            if let descriptor = LocalStream.ownDescriptor(location) {
                return .stream(try LocalStream(ownDescriptor: descriptor, path: path))
            }
            let target = try next(location, below: root)
            // Pipes of other processes are reached through links in /proc that lead to no path.
            if (try? SystemCalls.linkStatus(SystemCalls.path(root, target.joined(separator: "/")))) == nil,
                let status = try? SystemCalls.status(location)
            {
                return .stream(try LocalStream(path: location, status, below: root))
            }
            names = target
        }
        throw ObjectStoreError(errno: ELOOP, path: path)
    }

    private static func open(
        _ names: [Substring], below root: String, isMade: Bool
    ) throws(ObjectStoreError) -> OpenFolder {
        // A caller who names a whole path means the targets of its links.
        root.hasBytes(of: "/")
            ? try .open("/" + names.joined(separator: "/"), isMade: isMade)
            : try .open(names, below: root, isMade: isMade)
    }

    /// Where a link leads: the names below the root.
    private static func next(
        _ link: String, below root: String
    ) throws(ObjectStoreError) -> [Substring] {
        let target = try SystemCalls.linkTarget(link)
        let absolute = target.startsWithBytes(of: "/") ? target : SystemCalls.path(SystemCalls.parent(link), target)
        let name = String(absolute.lastSlashSegment)
        guard !name.isEmpty, !name.hasBytes(of: "."), !name.hasBytes(of: "..") else {
            throw ObjectStoreError(errno: EISDIR, path: link)
        }
        let parent = try SystemCalls.realPath(SystemCalls.parent(absolute))
        guard let names = SystemCalls.names(of: SystemCalls.path(parent, name), below: try SystemCalls.realPath(root))
        else {
            throw OpenFolder.linkLeadsOut(link, of: root)
        }
        return names
    }
}
