extension S3ObjectStore: FileReceiving {
    /// Copies of a part in memory: read, being sent, and in the connection's buffer.
    private static let bytesHeldByPart = 1 << 20

    func receive(
        _ file: LocalFile, as key: ObjectKey, memoryLimit: Int, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum? {
        // Files of up to 45 TB have parts of one size, and no object is that large.
        let partSize = Int64(
            S3PartSizes(partSize: client.configuration.partSize, expectedSize: file.size).size(ofPart: 1))
        guard file.size > partSize else { return nil }
        let upload = try await S3Upload.start(key, store: self)
        let supply = FilePartSupply(file, partSize: partSize, withSHA256: client.signsPayloads)
        do {
            let senders = max(1, min(client.configuration.concurrentParts, memoryLimit / Self.bytesHeldByPart))
            let parts = try await withThrowingTaskGroup(of: [S3Upload.Part].self) { group in
                for _ in 0..<senders {
                    group.addTask {
                        var sent: [S3Upload.Part] = []
                        while let part = try await supply.next() {
                            sent.append(
                                try await upload.put(part.range, of: file, part.digest, number: part.number))
                            progress(Int64(part.range.count))
                        }
                        return sent
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try file.checkUnchanged()
            try await upload.complete(parts.sorted { $0.number < $1.number })
            return .md5OfParts(sums: await supply.sums, partSize: partSize)
        } catch {
            await supply.cancel()
            await upload.abort()
            throw error
        }
    }
}

/// The parts of a file with their digests. Those of the next parts are computed while the ones before are sent.
private actor FilePartSupply {
    struct Part: Sendable {
        /// From 1.
        var number = 0
        let range: Range<Int64>
        let digest: PartDigest
    }

    private let file: LocalFile
    private let ranges: RangeSequence
    private let withSHA256: Bool
    private var ready: ArraySlice<Part> = []
    /// The next parts, not numbered yet; empty at the end.
    private var coming: Task<[Part], any Error>?
    private(set) var sums: [[UInt8]] = []

    init(_ file: LocalFile, partSize: Int64, withSHA256: Bool) {
        self.file = file
        ranges = RangeSequence(size: file.size, step: partSize)
        self.withSHA256 = withSHA256
    }

    func next() async throws -> Part? {
        while ready.isEmpty {
            let task = coming ?? startComing()
            let parts = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            // Of several waiting tasks, the first takes the parts.
            guard coming == task else { continue }
            if parts.isEmpty { return nil }
            for var part in parts {
                sums.append(part.digest.md5)
                part.number = sums.count
                ready.append(part)
            }
            startComing()
        }
        return ready.popFirst()
    }

    func cancel() { coming?.cancel() }

    @discardableResult
    private func startComing() -> Task<[Part], any Error> {
        let task = Task { [file, ranges, withSHA256] in
            let group = await ranges.next(PartDigests.lanes)
            return zip(group, try await file.digests(of: group, withSHA256: withSHA256)).map {
                Part(range: $0, digest: $1)
            }
        }
        coming = task
        return task
    }
}
