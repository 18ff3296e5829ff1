/// A writer that takes chunks in any order, several at the same time. If ``ObjectStore/write(_:options:)`` returns one,
/// copies of large objects write several ranges at a time, each from its first byte to its last.
public protocol PositionedObjectWriter: ObjectWriter {
    /// Writes bytes at an offset; waits while the store is behind.
    ///
    /// The caller writes every byte up to the last, each once, before ``ObjectWriter/finish()``, and does not also call
    /// ``ObjectWriter/write(_:)``. Calls may overlap in time, never in their bytes.
    func write(_ bytes: [UInt8], at offset: Int64) async throws
}

/// A positioned writer that reads what it has written to compute checksums: of several parts at a time, which is faster
/// than of one after another, and of the whole, which needs the bytes in order.
protocol DigestingObjectWriter: PositionedObjectWriter {
    /// Checksums of parts of the object as written so far.
    /// - Parameter parts: at most ``PartDigests/lanes``; all their bytes have been written.
    func digests(of parts: [Range<Int64>]) async throws -> [PartDigest]

    /// The digest including a range of the object as written so far.
    func updated(_ digest: ContentDigest, with range: Range<Int64>) async throws -> ContentDigest
}
