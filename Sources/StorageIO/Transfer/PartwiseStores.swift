/// A store whose objects can be read as they come.
protocol RangeStreaming: ObjectStore {
    /// Gives the bytes of a range in pieces, in order and each once, also when a connection is lost on the way.
    /// - Parameters:
    ///   - range: not empty, and within the object.
    ///   - entityTag: as in ``ObjectStore/read(_:range:matching:)``.
    ///   - receive: reading waits for it, and ends with what it throws.
    func stream(
        _ key: ObjectKey, range: Range<Int64>, matching entityTag: String?,
        to receive: (_ chunk: [UInt8]) async throws -> Void
    ) async throws
}

/// A writer that takes pieces in any order.
protocol PositionedObjectWriter: ObjectWriter {
    /// Writes bytes to their place. All up to the last byte must have come, each once, before ``ObjectWriter/finish()``; such a
    /// writer gets nothing through ``ObjectWriter/write(_:)``.
    func write(_ bytes: [UInt8], at offset: Int64) async throws

    /// Checksums of parts as they are in the object now.
    /// - Parameter parts: at most ``PartDigests/lanes``; all their bytes have come.
    func digests(of parts: [Range<Int64>]) async throws -> [PartDigest]

    /// The digest with a range in it, as it is in the object now.
    func updated(_ digest: ContentDigest, with range: Range<Int64>) async throws -> ContentDigest
}

/// A store that takes the parts of a file at the same time, without holding them.
protocol FileReceiving: ObjectStore {
    /// Writes an object that has a file's content.
    /// - Parameters:
    ///   - memoryLimit: about how many bytes of content may be held.
    ///   - progress: called with the bytes of each part that has arrived.
    /// - Returns: the content's checksum, as the store keeps it; nil, and nothing has been done, for a file of a single part.
    func receive(
        _ file: LocalFile, as key: ObjectKey, memoryLimit: Int, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum?
}
