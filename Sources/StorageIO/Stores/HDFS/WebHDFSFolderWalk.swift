/// Visits the files of a cluster whose keys start with a prefix, in ascending byte order of the keys, folder by folder.
actor WebHDFSFolderWalk {
    enum Kind: Sendable {
        case objects
        /// The folders with unfinished objects.
        case unfinished
    }

    typealias Found = (name: String, status: WebHDFSFileStatus)

    private struct Entry {
        /// Path below the root.
        let name: String
        let status: WebHDFSFileStatus
        let isFound: Bool

        /// The sort key: a folder's keys continue with `/`.
        var order: String { status.type == .folder ? name + "/" : name }
    }

    private let client: WebHDFSClient
    private let prefix: String
    private let kind: Kind
    /// The entries still to be visited of each open folder, the next one last.
    private var folders: [[Entry]] = []
    private var hasStarted = false

    init(client: WebHDFSClient, prefix: String, showing kind: Kind) {
        self.client = client
        self.prefix = prefix
        self.kind = kind
    }

    /// nil after the last.
    func next() async throws -> Found? {
        if !hasStarted {
            hasStarted = true
            try await start()
        }
        while !folders.isEmpty {
            guard let entry = folders[folders.count - 1].popLast() else {
                folders.removeLast()
                continue
            }
            if entry.isFound { return (entry.name, entry.status) }
            try await open(entry.name + "/")
        }
        return nil
    }

    /// The direct contents of the folder that the prefix names.
    func contents() async throws -> FolderContents {
        try await start()
        var contents = FolderContents(objects: [], folders: [])
        for entry in (folders.last ?? []).reversed() {
            if entry.isFound {
                contents.objects.append(entry.status.metadata(try ObjectKey(entry.name)))
            } else {
                contents.folders.append(entry.name + "/")
            }
        }
        return contents
    }

    private func start() async throws {
        guard let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/")) else { return try await open("") }
        // A prefix that no key can have matches nothing, however the name node would interpret it.
        guard let key = try? ObjectKey(String(prefix[..<slash])), (try? HDFSPath.of(key, root: "")) != nil else {
            return
        }
        try await open(key.path + "/")
    }

    /// - Parameter folder: Empty, or a path below the root with a closing `/`.
    private func open(_ folder: String) async throws {
        try Task.checkCancellation()
        let path = "/" + String(decoding: folder.utf8.dropLast(), as: UTF8.self)
        guard let found = try await client.list(path) else { return }
        var entries: [Entry] = []
        entries.reserveCapacity(found.count)
        for status in found {
            let name = folder + status.pathSuffix
            guard name.startsWithBytes(of: prefix) else { continue }
            guard !status.pathSuffix.utf8.contains(UInt8(ascii: "/")), (try? ObjectKey(name)) != nil else {
                throw ObjectStoreError(
                    .unavailable, location: client.location(path),
                    message: "the name node lists \(status.pathSuffix.debugDescription), which is not a file name")
            }
            let isUnfinished = HDFSPath.isUnfinished(status.pathSuffix)
            switch (status.type, isUnfinished) {
            case (.folder, false): entries.append(Entry(name: name, status: status, isFound: false))
            case (.folder, true) where kind == .unfinished, (.file, false) where kind == .objects:
                entries.append(Entry(name: name, status: status, isFound: true))
            default: continue
            }
        }
        entries.sort { $1.order.utf8.lexicographicallyPrecedes($0.order.utf8) }
        folders.append(entries)
    }
}
