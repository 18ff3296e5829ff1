import Essentials

/// HDFS paths: absolute, without closing `/` except for the root.
enum HDFSPath {
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` for names reserved for HDFS or unfinished objects.
    static func of(_ key: ObjectKey, root: String) throws(ObjectStoreError) -> String {
        guard key.isPortable else { throw key.notPortable(in: root) }
        let segments = key.path.slashSegments
        guard segments.first?.hasBytes(of: ".reserved") != true, !segments.contains(where: isUnfinished) else {
            throw ObjectStoreError(
                .invalidKey, location: root + key.path,
                message: "no object may lie in .reserved or under a name that starts with "
                    + WebHDFSObjectStore.unfinishedPrefix)
        }
        return "/" + key.path
    }

    static func isUnfinished(_ name: some StringProtocol) -> Bool {
        name.utf8.starts(with: WebHDFSObjectStore.unfinishedPrefix.utf8)
    }

    /// The folder that holds a path; the root's is the root.
    static func parent(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    static func appending(_ name: String, to folder: String) -> String {
        folder == "/" ? "/" + name : "\(folder)/\(name)"
    }

    /// The path of an inode number, whatever its name.
    static func inode(_ number: Int64) -> String { "/.reserved/.inodes/\(number)" }

    /// Whether data nodes may take the path for another one: many versions decode `%` twice, and the name node's
    /// redirect composes accents (`java.net.URI` does that), so that it leads to another name.
    static func misleadsDataNodes(_ path: String) -> Bool {
        path.utf8.contains(UInt8(ascii: "%"))
            || !path.utf8.allSatisfy({ $0 < 0x80 }) && !path.utf8.elementsEqual(path._nfcCodeUnits)
    }

    /// A new name for the unfinished parts of an object: in its folder, or in the nearest one above it whose path data
    /// nodes understand and that can be part of a comma-separated list.
    static func unfinished(for path: String) -> String {
        var folder = parent(path)
        while misleadsDataNodes(folder) || folder.utf8.contains(UInt8(ascii: ",")) { folder = parent(folder) }
        let name = WebHDFSObjectStore.unfinishedPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
        return appending(name, to: folder)
    }
}
