/// Collects bytes into parts and uploads several of them at a time; an object of a single part is written in one
/// request.
actor S3ObjectWriter: ObjectWriter {
    private struct PartInFlight {
        let size: Int
        let task: Task<S3Upload.Part, any Error>
    }

    /// The most bytes of parts in flight, unless a single part is larger.
    private static let maximumBytesInFlight = 256 << 20

    private let store: S3ObjectStore
    private let key: ObjectKey
    private let options: WriteOptions
    private let sizes: S3PartSizes
    private let concurrentParts: Int
    private var buffer: [UInt8] = []
    /// A full part, held back until more bytes come: if none do, the object has no other part.
    private var fullPart: [UInt8]?
    private var nextNumber = 1
    private var upload: S3Upload?
    private var inFlight: [PartInFlight] = []
    private var uploaded: [S3Upload.Part] = []
    private var hasEnded = false

    init(store: S3ObjectStore, key: ObjectKey, options: WriteOptions) {
        self.store = store
        self.key = key
        self.options = options
        var partSize = store.client.configuration.partSize, parts = store.client.configuration.concurrentParts
        if let limit = options.memoryLimit, limit < partSize * parts {
            // Parts get smaller before their number drops below two: two in flight hide each other's latency.
            partSize = max(S3PartSizes.minimumSize, min(partSize, limit / parts))
            parts = max(1, min(parts, limit / partSize))
        }
        sizes = S3PartSizes(partSize: partSize, expectedSize: options.expectedSize)
        concurrentParts = parts
    }

    func write(_ bytes: [UInt8]) async throws {
        try checkOpen()
        try await abortingOnFailure {
            try Task.checkCancellation()
            var rest = bytes[...]
            while !rest.isEmpty {
                if let part = takeFullPart() { try await start(part) }
                let size = sizes.size(ofPart: nextNumber)
                if buffer.isEmpty, rest.count == size, rest.count == bytes.count {
                    // Kept without copying.
                    if let expected = options.expectedSize, expected > size { return try await start(bytes) }
                    fullPart = bytes
                    return
                }
                let taken = rest.prefix(size - buffer.count)
                if upload != nil { buffer.reserveCapacity(size) }
                buffer += taken
                rest = rest.dropFirst(taken.count)
                if buffer.count == size { fullPart = takeBuffer() }
            }
        }
    }

    func finish() async throws {
        try checkOpen()
        try await abortingOnFailure {
            try Task.checkCancellation()
            let last = takeFullPart() ?? takeBuffer()
            if upload == nil {
                try await store.put(
                    last, key: key, precondition: options.precondition, attributes: options.attributes)
            } else {
                if !last.isEmpty { try await start(last) }
                while !inFlight.isEmpty { try await takeOldest() }
                try await upload?.complete(uploaded, precondition: options.precondition)
            }
        }
        hasEnded = true
        upload = nil
    }

    func abort() async {
        hasEnded = true
        buffer = []
        fullPart = nil
        let abandoned = upload, running = inFlight
        upload = nil
        inFlight = []
        for part in running { part.task.cancel() }
        // A part that arrives after the upload has been aborted would stay.
        for part in running { _ = await part.task.result }
        await abandoned?.abort()
    }

    private func start(_ part: [UInt8]) async throws {
        let upload = try await startedUpload()
        guard nextNumber <= S3PartSizes.maximumParts else {
            throw ObjectStoreError(
                .unavailable, location: store.location(key), message: "an object has no more than 10,000 parts")
        }
        while let oldest = inFlight.first,
            inFlight.count >= concurrentParts
                || inFlight.reduce(part.count, { $0 + $1.size }) > max(Self.maximumBytesInFlight, oldest.size)
        {
            try await takeOldest()
        }
        let number = nextNumber
        nextNumber += 1
        inFlight.append(
            PartInFlight(size: part.count, task: Task.detached { try await upload.put(part, number: number) }))
    }

    private func startedUpload() async throws -> S3Upload {
        if let upload { return upload }
        if let precondition = options.precondition {
            // The server would report it at the end; better to know before everything has been sent.
            try precondition.check(try await currentTag(), location: store.location(key))
        }
        let started = try await S3Upload.start(key, store: store, attributes: options.attributes)
        guard !hasEnded else {
            await started.abort()
            throw ended
        }
        upload = started
        return started
    }

    /// The entity tag of the stored object; nil if there is none.
    private func currentTag() async throws -> String? {
        do {
            return try await store.head(key).entityTag ?? ""
        } catch let error as ObjectStoreError where error.code == .notFound {
            return nil
        }
    }

    private func takeOldest() async throws {
        guard let task = inFlight.first?.task else { return }
        let part = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        guard !hasEnded else { throw ended }
        inFlight.removeFirst()
        uploaded.append(part)
    }

    private func abortingOnFailure(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await abort()
            throw error
        }
    }

    private func checkOpen() throws {
        if hasEnded { throw ended }
    }

    private var ended: ObjectStoreError {
        ObjectStoreError(.unavailable, location: store.location(key), message: "the writer has finished or was aborted")
    }

    private func takeFullPart() -> [UInt8]? {
        defer { fullPart = nil }
        return fullPart
    }

    private func takeBuffer() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }
}
