extension S3ObjectStore: FileReceiving {
    /// Read, sent, and kept by the connection for sending.
    private static let bytesHeldByPart = 1 << 20

    func receive(
        _ file: LocalFile, as key: ObjectKey, memoryLimit: Int, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum? {
        // Files of up to 45 TB have parts of one size, and no object is so large.
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
            try await upload.complete(parts.sorted { $0.number < $1.number }, ifAbsent: false)
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
        let number: Int
        let range: Range<Int64>
        let digest: PartDigest
    }

    private let file: LocalFile
    private let partSize: Int64
    private let withSHA256: Bool
    private var ready: ArraySlice<Part> = []
    private var coming: Task<[PartDigest], any Error>?
    private var comingRanges: [Range<Int64>] = []
    private var position: Int64 = 0
    private(set) var sums: [[UInt8]] = []

    init(_ file: LocalFile, partSize: Int64, withSHA256: Bool) {
        self.file = file
        self.partSize = partSize
        self.withSHA256 = withSHA256
    }

    func next() async throws -> Part? {
        while ready.isEmpty {
            if coming == nil { startComing() }
            guard let task = coming else { return nil }
            let digests = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            // Of several that have waited, the first takes what came.
            guard coming == task else { continue }
            for (range, digest) in zip(comingRanges, digests) {
                sums.append(digest.md5)
                ready.append(Part(number: sums.count, range: range, digest: digest))
            }
            startComing()
        }
        return ready.popFirst()
    }

    func cancel() { coming?.cancel() }

    private func startComing() {
        comingRanges = []
        while comingRanges.count < PartDigests.lanes, position < file.size {
            let end = min(file.size, position + partSize)
            comingRanges.append(position..<end)
            position = end
        }
        coming =
            comingRanges.isEmpty
            ? nil
            : Task { [file, comingRanges, withSHA256] in
                try await file.digests(of: comingRanges, withSHA256: withSHA256)
            }
    }
}
