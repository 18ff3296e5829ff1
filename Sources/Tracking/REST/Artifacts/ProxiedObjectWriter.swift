import StorageIO

/// Buffers small objects until they are complete, so that their upload can be retried; sends large ones as they are
/// written.
actor ProxiedObjectWriter: ObjectWriter {
    /// Larger objects are sent while they are written.
    static let largestInMemory = 8 << 20

    private enum State {
        case take([UInt8])
        case sending(ChunkChannel, Task<Void, any Error>)
        case ended
    }

    private let store: ProxiedArtifactStore
    private let key: ObjectKey
    private let options: WriteOptions
    private var state = State.take([])

    init(store: ProxiedArtifactStore, key: ObjectKey, options: WriteOptions) {
        self.store = store
        self.key = key
        self.options = options
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        switch state {
        case .ended: throw ended()
        case .take(var gathered):
            if gathered.count + bytes.count <= Self.largestInMemory {
                state = .ended
                gathered += bytes
                state = .take(gathered)
                return
            }
            let channel = ChunkChannel()
            let upload = Task { [store, key, options] in
                do {
                    try await store.put(key, length: options.expectedSize, ifAbsent: options.ifAbsent) {
                        try await channel.next()
                    }
                    await channel.fail(CancellationError())
                } catch {
                    await channel.fail(error)
                    throw error
                }
            }
            state = .sending(channel, upload)
            if !gathered.isEmpty { try await channel.send(gathered) }
            if !bytes.isEmpty { try await channel.send(bytes) }
        case .sending(let channel, _):
            if !bytes.isEmpty { try await channel.send(bytes) }
        }
    }

    func finish() async throws {
        switch state {
        case .ended: throw ended()
        case .take(let gathered):
            state = .ended
            try await store.put(gathered, key, ifAbsent: options.ifAbsent)
        case .sending(let channel, let upload):
            state = .ended
            await channel.finish()
            try await withTaskCancellationHandler {
                try await upload.value
            } onCancel: {
                upload.cancel()
            }
        }
    }

    func abort() async {
        guard case .sending(let channel, let upload) = state else {
            state = .ended
            return
        }
        state = .ended
        // The body ends with an error, so that the server gets less than was announced and keeps nothing.
        await channel.fail(CancellationError())
        upload.cancel()
        _ = await upload.result
    }

    private func ended() -> ObjectStoreError {
        ObjectStoreError(.unavailable, location: store.location(key), message: "the writer has ended")
    }
}
