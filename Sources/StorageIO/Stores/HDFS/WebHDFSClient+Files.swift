/// The operations on files and folders that the store uses.
extension WebHDFSClient {
    /// - Throws: ``ObjectStoreError/Code/notFound``.
    func status(_ path: String) async throws -> WebHDFSFileStatus {
        try await ask(WebHDFSResponses.Status.self, WebHDFSOperation("GETFILESTATUS", "GET", path)).FileStatus
    }

    /// nil if there is none.
    func statusIfPresent(_ path: String) async throws -> WebHDFSFileStatus? {
        do {
            return try await status(path)
        } catch let error as ObjectStoreError where error.code == .notFound {
            return nil
        }
    }

    /// The entries of a folder; nil if it is not a folder.
    func list(_ path: String) async throws -> [WebHDFSFileStatus]? {
        do {
            let found = try await ask(WebHDFSResponses.Statuses.self, WebHDFSOperation("LISTSTATUS", "GET", path))
                .FileStatuses.FileStatus
            // A file is listed as itself, without a name.
            return found.contains { $0.pathSuffix.isEmpty } ? nil : found
        } catch let error as ObjectStoreError where error.code == .notFound || error.code == .invalidKey {
            return nil
        }
    }

    func summary(_ path: String) async throws -> HDFSContentSummary {
        try await ask(WebHDFSResponses.Summary.self, WebHDFSOperation("GETCONTENTSUMMARY", "GET", path)).ContentSummary
    }

    func checksum(_ path: String) async throws -> WebHDFSFileChecksum {
        try await askDataNode(WebHDFSResponses.Checksum.self, WebHDFSOperation("GETFILECHECKSUM", "GET", path))
            .FileChecksum
    }

    /// Creates a folder and those above it.
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` when one of them is a file.
    func makeFolder(_ path: String) async throws {
        let operation = WebHDFSOperation("MKDIRS", "PUT", path)
        guard try await ask(WebHDFSResponses.Success.self, operation).boolean else {
            throw ObjectStoreError(
                .unavailable, location: location(path), message: "MKDIRS: the name node did not create the folder")
        }
    }

    /// Whether something was deleted.
    @discardableResult
    func delete(_ path: String, withContents: Bool) async throws -> Bool {
        let operation = WebHDFSOperation("DELETE", "DELETE", path, [("recursive", withContents ? "true" : "false")])
        return try await ask(WebHDFSResponses.Success.self, operation).boolean
    }
}
