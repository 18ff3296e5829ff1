/// How objects are to be copied.
public struct TransferOptions: Sendable, Hashable {
    /// When an object that is at the destination already is left as it is.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// Its size and content are those of the source, by the checksums that the stores keep or by reading.
        case checksum
        /// Its size is that of the source.
        case size
        /// Never.
        case never
    }

    /// See ``Comparison``.
    public var comparison: Comparison
    /// Whether each copy is read back and compared; without, transfers are checked by what the stores offer: the entity tag
    /// of the source, checksums of parts sent to S3, HDFS's file checksums.
    public var readsBack: Bool
    /// Whether objects at the destination that the source does not have are removed, once all others are copied.
    public var deletesOthers: Bool
    /// Whether nothing is changed, only told what would be.
    public var isDryRun: Bool
    /// Objects at the same time.
    public var parallelObjects: Int
    /// Bytes that are read and written at once.
    public var pieceBytes: Int
    /// About how many bytes of content may be in memory at the same time; a large object may take all of it.
    public var memoryLimit: Int

    /// Unchanged objects are left, nothing is deleted; pieces of 8 MiB in at most 40 MiB of memory.
    public init(
        comparison: Comparison = .checksum, readsBack: Bool = false, deletesOthers: Bool = false,
        isDryRun: Bool = false,
        parallelObjects: Int = 32, pieceBytes: Int = 8 << 20, memoryLimit: Int = 40 << 20
    ) {
        self.comparison = comparison
        self.readsBack = readsBack
        self.deletesOthers = deletesOthers
        self.isDryRun = isDryRun
        self.parallelObjects = max(1, parallelObjects)
        self.pieceBytes = max(1 << 16, pieceBytes)
        self.memoryLimit = max(1, memoryLimit)
    }
}
