/// Collects segments, uploads several at a time, and joins them at the end.
actor WebHDFSObjectWriter: ObjectWriter {
    private enum State {
        case open
        case finished
        /// Also when finishing failed.
        case ended
    }

    private let store: WebHDFSObjectStore
    private let segments: WebHDFSSegments
    private let ifAbsent: Bool
    private var state = State.open
    private var buffer: [UInt8] = []
    private var uploads: [Task<WebHDFSSegments.Segment, any Error>] = []
    /// How many of the uploads have been awaited.
    private var waitedFor = 0
    private var isCleared = false

    init(store: WebHDFSObjectStore, path: String, ifAbsent: Bool) {
        self.store = store
        self.ifAbsent = ifAbsent
        segments = WebHDFSSegments(client: store.client, destination: path)
    }

    deinit {
        // Released without finish or abort.
        guard !isCleared, !uploads.isEmpty else { return }
        Task.detached { [store, segments, uploads] in
            await Self.removeSegments(of: uploads, segments, store)
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try checkOpen()
        let segmentSize = store.client.configuration.segmentSize
        var rest = bytes[...]
        while buffer.count + rest.count >= segmentSize {
            let part = rest.prefix(segmentSize - buffer.count)
            rest = rest.dropFirst(part.count)
            if buffer.isEmpty, part.count == bytes.count {
                buffer = bytes
            } else {
                buffer.reserveCapacity(segmentSize)
                buffer.append(contentsOf: part)
            }
            try await startUpload()
        }
        buffer.append(contentsOf: rest)
    }

    func finish() async throws {
        try Task.checkCancellation()
        try checkOpen()
        state = .ended
        // An empty object is one empty segment.
        if !buffer.isEmpty || uploads.isEmpty { try await startUpload() }
        var finished: [WebHDFSSegments.Segment] = []
        for upload in uploads { finished.append(try await Self.wait(for: upload)) }
        try await segments.publish(finished, ifAbsent: ifAbsent)
        state = .finished
        await segments.removeFolder()
        isCleared = true
        if finished.contains(where: \.wasRetried) { Self.removeLateSegments(segments, store) }
    }

    func abort() async {
        guard state != .finished else { return }
        state = .ended
        buffer = []
        guard !isCleared, !uploads.isEmpty else { return }
        isCleared = true
        // Also when our task is cancelled.
        await Task.detached { [uploads, segments, store] in
            await Self.removeSegments(of: uploads, segments, store)
        }.value
    }

    private static func removeSegments(
        of uploads: [Task<WebHDFSSegments.Segment, any Error>], _ segments: WebHDFSSegments, _ store: WebHDFSObjectStore
    ) async {
        for upload in uploads { upload.cancel() }
        var isCut = false
        for upload in uploads {
            switch await upload.result {
            case .success(let segment): isCut = isCut || segment.wasRetried
            case .failure: isCut = true
            }
        }
        await segments.removeFolder()
        await store.removeEmptyFolders(above: segments.folder)
        if isCut { removeLateSegments(segments, store) }
    }

    /// Runs in the background: what is left if the process ends first is later recognised as unfinished.
    private static func removeLateSegments(_ segments: WebHDFSSegments, _ store: WebHDFSObjectStore) {
        Task.detached {
            if await segments.removeLateFolder() { await store.removeEmptyFolders(above: segments.folder) }
        }
    }

    /// Starts to upload the buffer, once there is room for one more.
    private func startUpload() async throws {
        while uploads.count - waitedFor >= store.client.configuration.segmentsInFlight {
            _ = try await Self.wait(for: uploads[waitedFor])
            waitedFor += 1
        }
        let bytes = buffer, number = uploads.count
        buffer = []
        uploads.append(Task.detached { [segments] in try await segments.upload(bytes, number: number) })
    }

    private static func wait(
        for upload: Task<WebHDFSSegments.Segment, any Error>
    ) async throws -> WebHDFSSegments.Segment {
        try await withTaskCancellationHandler {
            try await upload.value
        } onCancel: {
            upload.cancel()
        }
    }

    private func checkOpen() throws(ObjectStoreError) {
        guard state == .open else {
            throw ObjectStoreError(
                .unavailable, location: store.client.location(segments.destination),
                message: "the writer has already ended")
        }
    }
}
