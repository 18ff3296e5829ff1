#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Visits the files of a local store whose keys start with a prefix, in ascending byte order of the keys.
struct FolderWalk: Sendable {
    enum Kind: Sendable {
        case objects
        case unfinished
    }

    struct File: Sendable {
        /// Path below the store's root.
        let name: String
        let size: Int64
        let modified: Double
        let entityTag: String

        func metadata() throws(ObjectStoreError) -> ObjectMetadata {
            ObjectMetadata(key: try ObjectKey(name), size: size, modified: modified, entityTag: entityTag)
        }
    }

    private enum Entry {
        case file(File)
        case folder(name: String, identity: FolderIdentity)

        /// What orders the keys: a folder's keys go on with `/`.
        var order: String {
            switch self {
            case .file(let file): file.name
            case .folder(let name, _): name + "/"
            }
        }
    }

    private struct FolderIdentity: Hashable {
        let device: UInt64
        let file: UInt64

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            file = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    private struct OpenFolder {
        let identity: FolderIdentity
        /// Still to be visited, the next one last.
        var entries: [Entry]
    }

    private let store: LocalObjectStore
    private let prefix: String
    private let kind: Kind
    private var folders: [OpenFolder] = []
    private var hasStarted = false

    init(store: LocalObjectStore, prefix: String, showing kind: Kind) {
        self.store = store
        self.prefix = prefix
        self.kind = kind
    }

    mutating func next() throws(ObjectStoreError) -> File? {
        if !hasStarted {
            hasStarted = true
            try start()
        }
        while !folders.isEmpty {
            guard let entry = folders[folders.count - 1].entries.popLast() else {
                folders.removeLast()
                continue
            }
            switch entry {
            case .file(let file): return file
            case .folder(let name, let identity):
                // A link back to a folder that is being visited would never end.
                if !folders.contains(where: { $0.identity == identity }) { try open(name + "/", identity) }
            }
        }
        return nil
    }

    /// What the folder that the prefix names has directly in it, in ascending order of the keys.
    mutating func contents() throws(ObjectStoreError) -> (files: [File], folders: [String]) {
        try start()
        var files: [File] = []
        var names: [String] = []
        for entry in (folders.last?.entries ?? []).reversed() {
            switch entry {
            case .file(let file): files.append(file)
            case .folder(let name, _): names.append(name + "/")
            }
        }
        return (files, names)
    }

    private mutating func start() throws(ObjectStoreError) {
        let folder: String
        if let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/")) {
            folder = String(prefix[...slash])
            // A prefix that no key can have matches nothing, whatever the file system would make of it.
            guard (try? ObjectKey(String(prefix[..<slash]))) != nil else { return }
        } else {
            folder = ""
        }
        let path = store.base + folder
        do {
            let status = try SystemCalls.status(path)
            guard status.isFolder else { return }
            try store.checkInside(SystemCalls.realPath(path), of: path)
            try open(folder, FolderIdentity(status))
        } catch let error where error.code == .notFound || error.code == .invalidKey {
            return
        }
    }

    private mutating func open(_ folder: String, _ identity: FolderIdentity) throws(ObjectStoreError) {
        let names: [String]
        do {
            names = try SystemCalls.names(inFolder: store.base + folder)
        } catch let error where error.code == .notFound {
            return
        }
        var entries: [Entry] = []
        entries.reserveCapacity(names.count)
        for name in names {
            let key = folder + name
            guard key.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: (key + "/").utf8),
                let entry = try entry(key, name: name)
            else { continue }
            entries.append(entry)
        }
        entries.sort { $1.order.utf8.lexicographicallyPrecedes($0.order.utf8) }
        folders.append(OpenFolder(identity: identity, entries: entries))
    }

    private func entry(_ key: String, name: String) throws(ObjectStoreError) -> Entry? {
        let path = store.base + key
        do {
            var status = try SystemCalls.linkStatus(path)
            if status.isLink {
                guard try store.isInside(SystemCalls.realPath(path)) else { return nil }
                status = try SystemCalls.status(path)
            }
            if status.isFolder { return .folder(name: key, identity: FolderIdentity(status)) }
            let isUnfinished = name.utf8.starts(with: LocalObjectStore.unfinishedPrefix.utf8)
            guard status.isRegularFile, isUnfinished == (kind == .unfinished) else { return nil }
            return .file(
                File(
                    name: key, size: Int64(status.st_size), modified: status.modified, entityTag: status.entityTag))
        } catch let error where error.code == .notFound {
            // It went away since the folder was read, or is a link to nothing.
            return nil
        }
    }
}
