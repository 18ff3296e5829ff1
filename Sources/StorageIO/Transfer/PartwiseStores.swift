/// A store whose objects can be streamed.
protocol RangeStreaming: ObjectStore {
    /// Passes on the bytes of a range in chunks, in order and each once, even if a connection is lost midway.
    /// - Parameters:
    ///   - range: not empty, and within the object.
    ///   - entityTag: as in ``ObjectStore/read(_:range:matching:)``.
    ///   - receive: reading waits for it, and ends if it throws.
    func stream(
        _ key: ObjectKey, range: Range<Int64>, matching entityTag: String?,
        to receive: (_ chunk: [UInt8]) async throws -> Void
    ) async throws
}

/// A writer that takes chunks in any order.
protocol PositionedObjectWriter: ObjectWriter {
    /// Writes bytes at an offset. Every byte up to the last must be written, each once, before
    /// ``ObjectWriter/finish()``; do not also call ``ObjectWriter/write(_:)``.
    func write(_ bytes: [UInt8], at offset: Int64) async throws

    /// Checksums of parts of the object as written so far.
    /// - Parameter parts: at most ``PartDigests/lanes``; all their bytes have been written.
    func digests(of parts: [Range<Int64>]) async throws -> [PartDigest]

    /// The digest including a range of the object as written so far.
    func updated(_ digest: ContentDigest, with range: Range<Int64>) async throws -> ContentDigest
}

/// A store that uploads the parts of a file in parallel, without holding them.
protocol FileReceiving: ObjectStore {
    /// Writes an object with a file's content.
    /// - Parameters:
    ///   - memoryLimit: about how many bytes of content may be held.
    ///   - progress: called with the bytes of each part that was uploaded.
    /// - Returns: the content's checksum, as the store keeps it; nil, without doing anything, for a file of a single
    ///   part.
    func receive(
        _ file: LocalFile, as key: ObjectKey, memoryLimit: Int, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum?
}
