public import StorageIO

extension Run {
    /// The run's files.
    public var artifacts: ArtifactFolder {
        get throws { try client.artifacts.folder(at: artifactURI) }
    }

    /// Keeps bytes as a file of the run, such as `reports/quality.html`.
    public func log(artifact bytes: [UInt8], as path: String) async throws {
        try await artifacts.write(bytes, to: path)
    }

    /// Keeps a text as a file of the run, in UTF-8.
    public func log(text: String, as path: String) async throws { try await log(artifact: Array(text.utf8), as: path) }

    /// Copies a local file to the run.
    /// - Parameter path: The file's own name by default.
    public func log(artifactFile file: String, as path: String? = nil) async throws {
        let name = file.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) }
        try await artifacts.upload(file: file, to: path ?? name ?? file)
    }

    /// Copies a local folder's files to the run.
    /// - Parameter path: A folder of the run; its root by default.
    public func log(artifactFolder folder: String, as path: String? = nil) async throws {
        try await artifacts.upload(folder: folder, to: path)
    }

    /// Copies the objects of a folder in any store to the run.
    /// - Parameter path: A folder of the run; its root by default.
    public func log(artifacts location: StorageLocation, as path: String? = nil) async throws {
        try await artifacts.upload(location, to: path)
    }
}
