/// The size of the ranges that stores without a stream of their own read: large enough to hide a request's latency.
private let chunkBytes: Int64 = 2 << 20

extension ObjectStore {
    /// Reads one range of 2 MiB after another.
    public func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        let object = try await head(key), location = root + key.path
        let version = entityTag ?? object.entityTag
        let wanted = try (range ?? 0..<object.size).withinObject(ofSize: object.size, location: location)
        if wanted.isEmpty {
            _ = try await read(key, range: wanted, matching: version)
            return
        }
        var position = wanted.lowerBound
        while position < wanted.upperBound {
            let end = min(wanted.upperBound, position + chunkBytes)
            let bytes = try await read(key, range: position..<end, matching: version)
            guard bytes.count == end - position else {
                throw ObjectStoreError(
                    .modified, location: location,
                    message: "received \(bytes.count) bytes where \(end - position) were requested")
            }
            try await receive(bytes)
            position = end
        }
    }

    /// Passes on the bytes of a whole object of any version.
    public func stream(_ key: ObjectKey, to receive: @escaping (_ chunk: [UInt8]) async throws -> Void) async throws {
        try await stream(key, range: nil, matching: nil, to: ChunkReceiver(receive))
    }
}
