public import Essentials

/// Operations that only HDFS has.
extension WebHDFSObjectStore {
    /// Sizes and counts of a folder and all below it, unfinished objects and earlier parts included.
    /// - Parameter folder: A folder's key, with or without a closing `/`; empty for the root.
    /// - Throws: ``ObjectStoreError/Code/notFound``.
    public func contentSummary(ofFolder folder: String) async throws -> HDFSContentSummary {
        let name = folder.endsWithSlash ? String(decoding: folder.utf8.dropLast(), as: UTF8.self) : folder
        return try await client.summary(name.isEmpty ? "/" : HDFSPath.of(ObjectKey(name), root: root))
    }

    /// Sets the permissions of an object or folder.
    /// - Parameter permissions: Octal digits, such as `640` or `1777`.
    public func setPermissions(_ permissions: String, of key: ObjectKey) async throws {
        let path = try HDFSPath.of(key, root: root)
        guard (1...4).contains(permissions.utf8.count), permissions.utf8.allSatisfy({ (0x30...0x37).contains($0) })
        else {
            throw ObjectStoreError(
                .unavailable, location: client.location(path),
                message: "permissions are up to four octal digits, not \(permissions.debugDescription)")
        }
        try await client.perform(WebHDFSOperation("SETPERMISSION", "PUT", path, [("permission", permissions)]))
    }

    /// Sets the owner of an object or folder, its group, or both; nil leaves it. Only the superuser may change the
    /// owner.
    public func setOwner(_ owner: String?, group: String? = nil, of key: ObjectKey) async throws {
        let values = [owner.map { ("owner", $0) }, group.map { ("group", $0) }].compactMap { $0 }
        guard !values.isEmpty else { return }
        try await client.perform(WebHDFSOperation("SETOWNER", "PUT", HDFSPath.of(key, root: root), values))
    }

    /// Sets how many copies of an object the cluster keeps.
    public func setReplication(_ copies: Int, of key: ObjectKey) async throws {
        let path = try HDFSPath.of(key, root: root)
        let operation = WebHDFSOperation("SETREPLICATION", "PUT", path, [("replication", "\(copies)")])
        guard try await client.ask(WebHDFSResponses.Success.self, operation).boolean else {
            throw ObjectStoreError(.notFound, location: client.location(path), message: "there is no such file")
        }
    }

    /// Sets when an object was modified, not before 1970; kept to the millisecond. Its entity tag changes.
    public func setModified(_ time: Date, of key: ObjectKey) async throws {
        let milliseconds = (time.timeIntervalSince1970 * 1000).rounded()
        let path = try HDFSPath.of(key, root: root)
        // -1 would leave it unchanged.
        guard milliseconds >= 0, let milliseconds = Int64(exactly: milliseconds) else {
            throw ObjectStoreError(
                .unavailable, location: client.location(path), message: "\(time) is not a time since 1970")
        }
        try await client.perform(
            WebHDFSOperation("SETTIMES", "PUT", path, [("modificationtime", "\(milliseconds)")]))
    }
}
