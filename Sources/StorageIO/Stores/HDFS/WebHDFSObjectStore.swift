public import HTTPTransport

/// Files of an HDFS cluster as objects, over WebHDFS; keys are paths below `/`.
///
/// - Objects are written to a folder named ``unfinishedPrefix`` + random digits beside the destination; the finished
///   file is renamed to its name, in one step of the name node. A killed writer leaves such a folder behind;
///   ``unfinishedObjects(prefix:)`` finds them.
/// - An object of more than ``WebHDFSConfiguration/segmentSize`` bytes is uploaded as files of that size, which the name
///   node then joins without moving data. Its blocks are therefore as long as a segment, even if the cluster's blocks
///   are longer: a failed upload costs no more than a segment's time, and any number of them can be in flight. Set
///   `segmentSize` to the cluster's block size for blocks of that length, at the cost of memory.
/// - Folders are created with the first object in them and removed with the last one. `a` and `a/b` cannot both be
///   objects: the later one fails with ``ObjectStoreError/Code/invalidKey``. No key has a `:`.
public struct WebHDFSObjectStore: ObjectStore {
    /// The prefix of the names of folders with unfinished objects. No segment of a key may have it.
    public static let unfinishedPrefix = LocalObjectStore.unfinishedPrefix

    /// How often an object may be replaced under a reader that does not require a version.
    private static let maximumReplacements = 32

    let client: WebHDFSClient

    /// `webhdfs://host:port/` of the first name node, or `swebhdfs://` with TLS.
    public var root: String { client.root }

    /// - Parameter sender: What sends the requests.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidURL`` for invalid addresses of name
    ///   nodes.
    public init(configuration: WebHDFSConfiguration, sender: any HTTPSending) throws(ObjectStoreError) {
        client = try WebHDFSClient(configuration: configuration, sender: sender)
    }

    /// A store with its own HTTP client.
    /// - Throws: As ``init(configuration:sender:)``; `HTTPTransportError` for a file of certificates that cannot be read.
    public init(configuration: WebHDFSConfiguration) throws {
        try self.init(configuration: configuration, sender: TransportClient(configuration: configuration.httpClient))
    }

    package init(
        configuration: WebHDFSConfiguration, sender: any HTTPSending, retrier: Retrier
    ) throws(ObjectStoreError) {
        client = try WebHDFSClient(configuration: configuration, sender: sender, retrier: retrier)
    }

    /// What is known about an object.
    public func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        try await fileStatus(HDFSPath.of(key, root: root)).metadata(key)
    }

    /// The bytes of an object, or of a range of it. The object's status is compared before and after, since the path
    /// leads to another file once the object has been replaced.
    public func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        let path = try HDFSPath.of(key, root: root), location = client.location(path)
        for _ in 0..<Self.maximumReplacements {
            let status = try await fileStatus(path)
            try status.entityTag.check(against: entityTag, location: location)
            let wanted = try (range ?? 0..<status.length).withinObject(ofSize: status.length, location: location)
            if wanted.isEmpty { return [] }
            do {
                if let dataPath = try await dataPath(path, status) {
                    let bytes = try await client.read(dataPath, wanted) {
                        try await client.statusIfPresent(path)?.entityTag == status.entityTag
                    }
                    if try await fileStatus(path).entityTag == status.entityTag { return bytes }
                }
            } catch let error as ObjectStoreError {
                if try await fileStatus(path).entityTag == status.entityTag { throw error }
            }
        }
        throw ObjectStoreError(
            .modified, location: location,
            message: "the object was replaced \(Self.maximumReplacements) times while it was being read")
    }

    /// Starts a new object. A name node renames no file on condition of another's version, so that
    /// ``WritePrecondition/ifMatch(entityTag:)`` is ``ObjectStoreError/Code/unsupported``.
    public func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        let path = try HDFSPath.of(key, root: root)
        try options.refuseIfMatch(location: client.location(path))
        if let status = try await client.statusIfPresent(path) {
            try status.checkReplaceable(ifAbsent: options.ifAbsent, location: client.location(path))
        }
        return WebHDFSObjectWriter(store: self, path: path, ifAbsent: options.ifAbsent)
    }

    /// The objects whose keys start with the prefix, in ascending byte order.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let walk = WebHDFSFolderWalk(client: client, prefix: prefix, showing: .objects)
        return AsyncThrowingStream {
            guard let (name, status) = try await walk.next() else { return nil }
            return status.metadata(try ObjectKey(name))
        }
    }

    /// The direct contents of a folder, without those of its subfolders.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        try await WebHDFSFolderWalk(client: client, prefix: prefix, showing: .objects).contents()
    }

    /// Removes an object; no error when there is none.
    public func delete(_ key: ObjectKey) async throws {
        guard let path = try? HDFSPath.of(key, root: root) else { return }
        do {
            guard try await fileStatus(path).type == .file else { return }
        } catch let error as ObjectStoreError where error.code == .notFound {
            return
        }
        try await client.delete(path, withContents: false)
        await removeEmptyFolders(above: path)
    }

    /// Copies an object: HDFS has no copy operation, so the bytes are downloaded and uploaded again.
    public func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        let object = try await head(source)
        if source == destination { return }
        let writer = try await write(destination, options: WriteOptions(expectedSize: object.size))
        do {
            var offset: Int64 = 0
            while offset < object.size {
                let end = min(object.size, offset + Int64(client.configuration.segmentSize))
                try await writer.write(read(source, range: offset..<end, matching: object.entityTag))
                offset = end
            }
            try await writer.finish()
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// HDFS's checksum of the file.
    public func checksum(of object: ObjectMetadata) async throws -> StoredChecksum? {
        let path = try HDFSPath.of(object.key, root: root)
        let status = try await fileStatus(path)
        try status.entityTag.check(against: object.entityTag, location: client.location(path))
        guard let dataPath = try await dataPath(path, status) else { return nil }
        let checksum = try await client.checksum(dataPath)
        try await fileStatus(path).entityTag.check(against: status.entityTag, location: client.location(path))
        return .hdfs(algorithm: checksum.algorithm, checksum.digits)
    }

    /// The folders of unfinished objects below a prefix, including those of running writers. Each is as old as its
    /// latest part.
    public func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject] {
        let walk = WebHDFSFolderWalk(client: client, prefix: prefix, showing: .unfinished)
        var found: [UnfinishedObject] = []
        while let (name, status) = try await walk.next() {
            do {
                let path = "/" + name
                found.append(
                    UnfinishedObject(
                        location: client.location(path), identifier: path,
                        started: status.modified, size: try await client.summary(path).length))
            } catch let error as ObjectStoreError where error.code == .notFound {
                continue
            }
        }
        return found
    }

    /// Removes what ``unfinishedObjects(prefix:)`` listed; no error for those that are already gone.
    public func remove(_ unfinished: [UnfinishedObject]) async throws {
        for object in unfinished {
            let name = object.identifier.lastSlashSegment
            guard object.identifier.startsWithBytes(of: "/"), HDFSPath.isUnfinished(name) else {
                throw ObjectStoreError(
                    .invalidKey, location: object.location,
                    message: "\(object.identifier) is not the name of an unfinished object")
            }
            try await client.delete(object.identifier, withContents: true)
            await removeEmptyFolders(above: object.identifier)
        }
    }
}

extension WebHDFSObjectStore {
    /// - Throws: ``ObjectStoreError/Code/notFound`` also for folders, and for paths that no file can have.
    func fileStatus(_ path: String) async throws -> WebHDFSFileStatus {
        let status: WebHDFSFileStatus?
        do {
            status = try await client.status(path)
        } catch let error as ObjectStoreError where error.code == .invalidKey {
            throw ObjectStoreError(.notFound, location: error.location, message: error.message)
        } catch let error as ObjectStoreError where error.code == .permissionDenied {
            // With permissions enabled, a file where the path has a folder is reported as a folder without access.
            let parent = try? await client.status(HDFSPath.parent(path))
            guard let parent, parent.type != .folder else { throw error }
            status = nil
        }
        guard let status, status.type != .folder else {
            throw ObjectStoreError(.notFound, location: client.location(path), message: "there is no such file")
        }
        return status
    }

    /// The path by which data nodes find a file; nil when it has been replaced by another file.
    ///
    /// If they would misread the path, the inode number is used instead. The file that the server finds by the number
    /// is compared first: behind a router, it may belong to another cluster.
    func dataPath(_ path: String, _ status: WebHDFSFileStatus) async throws -> String? {
        guard HDFSPath.misleadsDataNodes(path) else { return path }
        guard let number = status.fileId else {
            throw ObjectStoreError(
                .invalidKey, location: client.location(path),
                message: "this server reports no inode numbers, so that a file with % or a decomposed accent "
                    + "in its path cannot be identified")
        }
        let inode = HDFSPath.inode(number)
        return try await client.statusIfPresent(inode)?.entityTag == status.entityTag ? inode : nil
    }

    /// Removes the folders that a deletion left empty.
    ///
    /// By inode number, since the path may be an object's by now, and never on servers that report none. Failures do
    /// not matter: an empty folder is harmless.
    func removeEmptyFolders(above path: String) async {
        var folder = HDFSPath.parent(path)
        while folder != "/" {
            guard let status = try? await client.status(folder), status.type == .folder, status.childrenNum == 0,
                let inode = status.fileId.map(HDFSPath.inode),
                let same = try? await client.status(inode), same.entityTag == status.entityTag, same.type == .folder
            else { return }
            do {
                try await client.delete(inode, withContents: false)
            } catch let error as ObjectStoreError where error.code == .notFound {
                // Someone else was faster, or the response to an earlier attempt was lost.
            } catch {
                return
            }
            folder = HDFSPath.parent(folder)
        }
    }
}

extension WebHDFSFileStatus {
    /// - Throws: When a new object may not replace what is there.
    func checkReplaceable(ifAbsent: Bool, location: String) throws(ObjectStoreError) {
        if type == .folder {
            throw ObjectStoreError(.invalidKey, location: location, message: "there is a folder of that name")
        }
        if ifAbsent {
            throw ObjectStoreError(.alreadyExists, location: location, message: "there is already an object")
        }
    }
}
