import HTTPTransport

/// The parts of an unfinished object in their own folder: uploads, joins and publishes them.
struct WebHDFSSegments: Sendable {
    struct Segment: Sendable {
        let path: String
        let status: WebHDFSFileStatus
        let checksum: HDFSContentChecksum
        /// Whether an earlier attempt failed, which a data node may still be executing.
        let wasRetried: Bool
    }

    /// When to look for late segments, until a disconnected data node has surely noticed.
    private static let lateChecks: [Duration] = [.milliseconds(100), .seconds(1), .seconds(5), .seconds(15)]

    /// Bytes of the names in one `CONCAT`, which are part of its URL: proxies and servers accept at least 8 kB.
    private static let maximumNames = 4_000

    let client: WebHDFSClient
    /// The object's path.
    let destination: String
    /// Where the segments are.
    let folder: String

    init(client: WebHDFSClient, destination: String) {
        self.client = client
        self.destination = destination
        folder = HDFSPath.unfinished(for: destination)
    }

    /// Uploads a segment. Each attempt writes its own file, so that a late data node of an earlier attempt does no
    /// harm.
    @concurrent func upload(_ bytes: [UInt8], number: Int) async throws -> Segment {
        let configuration = client.configuration
        var parameters = [(name: "overwrite", value: "true")]
        if let size = configuration.blockSize { parameters.append(("blocksize", "\(size)")) }
        if let replication = configuration.replication { parameters.append(("replication", "\(replication)")) }
        if let permissions = configuration.permissions { parameters.append(("permission", permissions)) }
        var excluded: String?
        return try await client.retrying("CREATE", destination) { attempt in
            let path = "\(folder)/\(number)-\(attempt)"
            try await client.sendOnce(
                WebHDFSOperation("CREATE", "PUT", path, parameters), .bytes(bytes), excluded: &excluded)
            guard let status = try await client.statusIfPresent(path), status.length == bytes.count else {
                throw WebHDFSFailure(lost: "a segment of \(bytes.count) bytes", client.location(path))
            }
            var checksum = HDFSContentChecksum()
            if configuration.verifiesChecksums, let blockSize = status.checksumBlockSize {
                checksum.append(bytes, blockSize: blockSize)
                if checksum.matches(try await client.checksum(path)) == false {
                    throw WebHDFSFailure(lost: "the content of a segment", client.location(path))
                }
            }
            return Segment(path: path, status: status, checksum: checksum, wasRetried: attempt > 1)
        }
    }

    /// Joins all segments into one file, and renames it to the object.
    func publish(_ segments: [Segment], ifAbsent: Bool) async throws {
        guard let first = segments.first else { return }
        var status = first.status
        if segments.count > 1 {
            try await concatenate(segments)
            status = try await client.status(first.path)
            let length = segments.reduce(0) { $0 + $1.status.length }
            guard status.length == length else {
                throw error("the joined file has \(status.length) bytes instead of \(length)")
            }
            if client.configuration.verifiesChecksums, status.checksumBlockSize != nil {
                var checksum = HDFSContentChecksum()
                for segment in segments { checksum.append(segment.checksum) }
                if checksum.matches(try await client.checksum(first.path)) == false {
                    throw error("the cluster's checksum of the joined file differs from that of the written bytes")
                }
            }
        }
        try await rename(first.path, status, ifAbsent: ifAbsent)
    }

    /// Removes the folder, even when the task is cancelled. What cannot be removed now is later recognised as
    /// unfinished.
    func removeFolder() async {
        _ = await Task.detached { [client, folder] in try? await client.delete(folder, withContents: true) }.value
    }

    /// Looks again for segments of interrupted uploads: their data node may create the file, and the folder with it,
    /// after the folder was removed.
    /// - Returns: Whether it found any.
    @concurrent func removeLateFolder() async -> Bool {
        var isFound = false
        for delay in Self.lateChecks {
            try? await Task.sleep(for: delay)
            guard (try? await client.statusIfPresent(folder)) != nil else { continue }
            await removeFolder()
            isFound = true
        }
        return isFound
    }

    private func concatenate(_ segments: [Segment]) async throws {
        let target = segments[0].path
        var length = segments[0].status.length
        var rest = segments.dropFirst()
        while let next = rest.first {
            var sources = [next.path]
            var names = next.path.utf8.count
            length += next.status.length
            rest = rest.dropFirst()
            while let next = rest.first, names + next.path.utf8.count < Self.maximumNames {
                sources.append(next.path)
                names += next.path.utf8.count + 1
                length += next.status.length
                rest = rest.dropFirst()
            }
            do {
                try await client.perform(
                    WebHDFSOperation("CONCAT", "POST", target, [("sources", sources.joined(separator: ","))]))
            } catch let error as ObjectStoreError {
                // A response can be lost, and then the next attempt finds no sources.
                guard try await client.statusIfPresent(target)?.length == length else { throw error }
            }
        }
    }

    /// Never a plain `RENAME`: it would move the file into an existing folder.
    private func rename(_ path: String, _ status: WebHDFSFileStatus, ifAbsent: Bool) async throws {
        let operation = WebHDFSOperation(
            "RENAME", "PUT", path,
            [("destination", destination), ("renameoptions", ifAbsent ? "NONE" : "OVERWRITE")])
        for round in 0... {
            do {
                return try await client.perform(operation)
            } catch let error as ObjectStoreError {
                // Check instead of trusting the error: the response to an earlier attempt may have been lost.
                let found = try await client.statusIfPresent(destination)
                if found?.entityTag == status.entityTag { return }
                try found?.checkReplaceable(ifAbsent: ifAbsent, location: client.location(destination))
                guard error.code == .notFound else { throw at(destination, error) }
                guard try await client.statusIfPresent(path)?.entityTag == status.entityTag else {
                    throw self.error(
                        "the finished file is gone: someone has removed it as unfinished, or replaced it since")
                }
                guard round < 10 else { throw at(destination, error) }
                // The folder of the destination is missing, and may be removed again with its last object.
                do {
                    try await client.makeFolder(HDFSPath.parent(destination))
                } catch let error as ObjectStoreError {
                    throw at(destination, error)
                }
            }
        }
    }

    private func at(_ path: String, _ error: ObjectStoreError) -> ObjectStoreError {
        ObjectStoreError(error.code, location: client.location(path), message: error.message)
    }

    private func error(_ message: String) -> ObjectStoreError {
        ObjectStoreError(.unavailable, location: client.location(destination), message: message)
    }
}

extension WebHDFSFailure {
    /// Something was sent without an error, but is missing.
    init(lost what: String, _ location: String) {
        code = .unavailable
        message = "\(location): \(what) did not arrive completely"
        isTransient = true
    }
}
