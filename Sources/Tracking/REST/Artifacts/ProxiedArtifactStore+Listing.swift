import Essentials
import HTTPTransport
import JSONText
import StorageIO

extension ProxiedArtifactStore {
    /// The contents of a folder.
    struct Child: Sendable, Hashable {
        var name: String
        var isFolder: Bool
        /// Bytes; 0 for folders.
        var size: Int64
    }

    /// - Parameter folder: its key with a closing `/`, or an empty text for the root.
    /// - Returns: nothing where there is no such folder.
    func children(of folder: String) async throws -> [Child] {
        let isClosed = folder.utf8.last == UInt8(ascii: "/")
        let path = isClosed ? String(decoding: folder.utf8.dropLast(), as: UTF8.self) : folder
        let isKey = path.isEmpty || (try? ObjectKey(path)) != nil
        guard isKey, Self.reasonAgainst(path) == nil else { return [] }
        let query = path.isEmpty ? "" : "?path=\(PercentEncoding.query(path))"
        let request = TransportRequest(
            method: "GET", url: "\(address.url)\(Self.apiPath)\(query)", headers: headers)
        let response = try await send(request, root + folder)
        if response.status == 404, ServerRefusal(response).code == .notFound { return [] }
        guard response.status == 200 else { throw failure(response, root + folder) }
        do {
            return try JSONValue(parsing: response.body).list("files").map { file in
                let name = try file.text("path")
                // A server must not lead out of the requested folder.
                guard !name.utf8.contains(UInt8(ascii: "/")), (try? ObjectKey(name)) != nil else {
                    throw JSONValue.Mismatch(name: "path", expected: "a name: \(name)")
                }
                return Child(
                    name: name, isFolder: try file.boolean("is_dir"), size: try file.optionalInteger("file_size") ?? 0)
            }
        } catch {
            throw ObjectStoreError(
                .unavailable, location: root + folder, message: "the list of files is not MLflow's: \(error)")
        }
    }

    func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let walk = ArtifactWalk(store: self, prefix: prefix)
        return AsyncThrowingStream { try await walk.next() }
    }

    func contents(ofFolder prefix: String) async throws -> FolderContents {
        var contents = FolderContents(objects: [], folders: [])
        for child in try await children(of: prefix) {
            if child.isFolder {
                contents.folders.append(prefix + child.name + "/")
            } else {
                contents.objects.append(
                    ObjectMetadata(
                        key: try ObjectKey(prefix + child.name), size: child.size,
                        modified: Date(timeIntervalSince1970: 0)))
            }
        }
        contents.objects.sort { $0.key < $1.key }
        contents.folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return contents
    }
}

/// Walks through folders in the order of keys, one request for each folder, as the caller iterates.
private actor ArtifactWalk {
    private struct Entry {
        /// Whole; closes with `/` for a folder.
        var path: String
        var size: Int64
    }

    private let store: ProxiedArtifactStore
    private let prefix: String
    /// What is still to come, the next one last. Nil before the first folder is read.
    private var entries: [Entry]?

    init(store: ProxiedArtifactStore, prefix: String) {
        self.store = store
        self.prefix = prefix
    }

    func next() async throws -> ObjectMetadata? {
        try Task.checkCancellation()
        if entries == nil {
            entries = []
            let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/"))
            try await push(slash.map { String(prefix[...$0]) } ?? "")
        }
        while let entry = entries?.popLast() {
            guard entry.path.utf8.last == UInt8(ascii: "/") else {
                return ObjectMetadata(
                    key: try ObjectKey(entry.path), size: entry.size, modified: Date(timeIntervalSince1970: 0))
            }
            try await push(entry.path)
        }
        return nil
    }

    private func push(_ folder: String) async throws {
        let found = try await store.children(of: folder).map { child in
            Entry(path: folder + child.name + (child.isFolder ? "/" : ""), size: child.size)
        }
        entries?.append(
            contentsOf: found.filter {
                $0.path.utf8.starts(with: prefix.utf8)
                    || prefix.utf8.starts(with: $0.path.utf8) && $0.path.utf8.last == UInt8(ascii: "/")
            }
            .sorted { $1.path.utf8.lexicographicallyPrecedes($0.path.utf8) })
    }
}
