import HTTPTransport

/// The parts of an unfinished object in a folder of their own: uploads them, joins them, and puts them in place.
struct WebHDFSSegments: Sendable {
    struct Segment: Sendable {
        let path: String
        let status: WebHDFSFileStatus
        let checksum: HDFSContentChecksum
        /// Whether an earlier attempt failed, which a data node may still be carrying out.
        let wasRetried: Bool
    }

    /// Until a data node that was cut off has surely noticed.
    private static let lateChecks: [Duration] = [.milliseconds(100), .seconds(1), .seconds(5), .seconds(15)]

    /// Bytes of the names in one `CONCAT`, which travel in its URL: proxies and servers take 8 kB and more.
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

    /// Uploads a segment. Each try writes a file of its own, so that a late data node of an earlier try harms none.
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

    /// Makes one file of all segments, and the object of that.
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
                    throw error("the cluster's checksum of the joined file is not that of what was written")
                }
            }
        }
        try await rename(first.path, status, ifAbsent: ifAbsent)
    }

    /// Removes the folder, also when the task is cancelled. What cannot be removed now is recognised as unfinished later.
    func removeFolder() async {
        _ = await Task.detached { [client, folder] in try? await client.delete(folder, withContents: true) }.value
    }

    /// Looks again for segments of uploads that were cut off: their data node may make the file, and the folder with it, after
    /// the folder was removed.
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
                // An answer can be lost, and then the next try finds no sources.
                guard try await client.statusIfPresent(target)?.length == length else { throw error }
            }
        }
    }

    /// Never a plain `RENAME`: that one moves into the folder where there is one.
    private func rename(_ path: String, _ status: WebHDFSFileStatus, ifAbsent: Bool) async throws {
        let operation = WebHDFSOperation(
            "RENAME", "PUT", path,
            [("destination", destination), ("renameoptions", ifAbsent ? "NONE" : "OVERWRITE")])
        for round in 0... {
            do {
                return try await client.perform(operation)
            } catch let error as ObjectStoreError {
                // Look instead of trusting the error: the answer to an earlier try may have been lost.
                let found = try await client.statusIfPresent(destination)
                if found?.entityTag == status.entityTag { return }
                try found?.checkReplaceable(ifAbsent: ifAbsent, location: client.location(destination))
                guard error.code == .notFound else { throw at(destination, error) }
                guard try await client.statusIfPresent(path)?.entityTag == status.entityTag else {
                    throw self.error(
                        "the finished file is gone: someone has removed it as unfinished, or replaced it since")
                }
                guard round < 10 else { throw at(destination, error) }
                // The folder of the destination is missing, and may go again with another object of its own.
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
    /// Something was sent without an error, and is not there.
    init(lost what: String, _ location: String) {
        code = .unavailable
        message = "\(location): \(what) did not arrive whole"
        isTransient = true
    }
}
