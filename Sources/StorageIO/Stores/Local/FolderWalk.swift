import Essentials

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
        let modified: Date
        let entityTag: String

        func metadata() throws(ObjectStoreError) -> ObjectMetadata {
            ObjectMetadata(key: try ObjectKey(name), size: size, modified: modified, entityTag: entityTag)
        }
    }

    enum Found: Sendable {
        case file(File)
        case unlisted(UnlistedObject)
    }

    private enum Entry {
        case file(File)
        case folder(name: String, identity: FileIdentity)
        case unlisted(name: String, UnlistedObject)

        /// The sort key: a folder's keys continue with `/`.
        var order: String {
            switch self {
            case .file(let file): file.name
            case .folder(let name, _): name + "/"
            case .unlisted(let name, _): name
            }
        }
    }

    private struct VisitedFolder {
        let identity: FileIdentity
        /// Still to be visited, the next one last.
        var entries: [Entry]
    }

    private let store: LocalObjectStore
    private let prefix: String
    private let kind: Kind
    private var folders: [VisitedFolder] = []
    private var hasStarted = false

    init(store: LocalObjectStore, prefix: String, showing kind: Kind) {
        self.store = store
        self.prefix = prefix
        self.kind = kind
    }

    mutating func next() throws(ObjectStoreError) -> Found? {
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
            case .file(let file): return .file(file)
            case .unlisted(_, let unlisted): return .unlisted(unlisted)
            case .folder(let name, let identity):
                // Its files have already been visited, and visiting them through the link would never end.
                if folders.contains(where: { $0.identity == identity }) {
                    return .unlisted(
                        unlisted(
                            name, "a symbolic link leads back to a folder that it lies in", mayHoldContent: false))
                }
                try open(name + "/", identity)
            }
        }
        return nil
    }

    /// The direct contents of the folder that the prefix names, in ascending order of the keys.
    mutating func contents() throws(ObjectStoreError) -> (FolderContents, [UnlistedObject]) {
        try start()
        var contents = FolderContents(objects: [], folders: [])
        var unlisted: [UnlistedObject] = []
        for entry in (folders.last?.entries ?? []).reversed() {
            switch entry {
            case .file(let file): contents.objects.append(try file.metadata())
            case .folder(let name, _): contents.folders.append(name + "/")
            case .unlisted(_, let other): unlisted.append(other)
            }
        }
        return (contents, unlisted)
    }

    private mutating func start() throws(ObjectStoreError) {
        let folder: String
        if let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/")) {
            folder = String(prefix.through(slash))
            // A prefix that no key can have matches nothing, however the file system would interpret it.
            guard (try? ObjectKey(String(prefix[..<slash]))) != nil else { return }
        } else {
            folder = ""
        }
        let path = store.base + folder
        do {
            let status = try SystemCalls.status(path)
            guard status.isFolder else { return }
            try store.checkInside(path)
            try open(folder, FileIdentity(status))
        } catch let error where error.code == .notFound || error.code == .invalidKey {
            return
        }
    }

    private mutating func open(_ folder: String, _ identity: FileIdentity) throws(ObjectStoreError) {
        let names: [String], others: [[UInt8]]
        do {
            (names, others) = try SystemCalls.names(inFolder: store.base + folder)
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
        if kind == .objects {
            for name in others where (Array(folder.utf8) + name).starts(with: prefix.utf8) {
                let key = folder + String(decoding: name, as: UTF8.self)
                let shown = store.base + folder + name.escapedAsText
                entries.append(
                    .unlisted(
                        name: key,
                        UnlistedObject(
                            location: shown, path: key, reason: "the name is not UTF-8, as keys must be")))
            }
        }
        entries.sort { $1.order.utf8.lexicographicallyPrecedes($0.order.utf8) }
        folders.append(VisitedFolder(identity: identity, entries: entries))
    }

    private func entry(_ key: String, name: String) throws(ObjectStoreError) -> Entry? {
        let path = store.base + key
        do {
            var status = try SystemCalls.linkStatus(path)
            if status.isLink {
                do {
                    guard try store.isInside(path) else {
                        return omitted(key, "a symbolic link leads out of \(store.folder)")
                    }
                    status = try SystemCalls.status(path)
                } catch let error where [.notFound, .permissionDenied, .invalidKey].contains(error.code) {
                    return omitted(key, "a symbolic link's target cannot be read: \(error.message)")
                }
            }
            if status.isFolder { return .folder(name: key, identity: FileIdentity(status)) }
            let isUnfinished = name.utf8.starts(with: LocalObjectStore.unfinishedPrefix.utf8)
            guard status.isRegularFile else {
                return omitted(key, "a pipe, socket or device, which holds no content", mayHoldContent: false)
            }
            guard isUnfinished == (kind == .unfinished) else { return nil }
            return .file(
                File(
                    name: key, size: Int64(status.st_size), modified: status.modified, entityTag: status.entityTag))
        } catch let error where error.code == .notFound {
            // It was removed after the folder was read.
            return nil
        }
    }

    private func omitted(_ key: String, _ reason: String, mayHoldContent: Bool = true) -> Entry? {
        guard kind == .objects, key.startsWithBytes(of: prefix) else { return nil }
        return .unlisted(name: key, unlisted(key, reason, mayHoldContent: mayHoldContent))
    }

    private func unlisted(_ key: String, _ reason: String, mayHoldContent: Bool = true) -> UnlistedObject {
        UnlistedObject(location: store.base + key, path: key, reason: reason, mayHoldContent: mayHoldContent)
    }
}
