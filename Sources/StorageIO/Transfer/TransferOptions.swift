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
    /// About how many bytes of content may be in memory at the same time; a large object may take all of it. More of it means
    /// more and larger pieces on their way, which far and fast connections need.
    public var memoryLimit: Int

    /// Bytes that are read and written at once: what S3 takes as the smallest part, or more where memory allows.
    var pieceBytes: Int {
        let smallestPart = 5 << 20
        guard memoryLimit >= 4 * smallestPart else { return max(1 << 16, memoryLimit / 4) }
        return min(32 << 20, max(smallestPart, memoryLimit / 8))
    }

    /// Pieces that are read ahead of the one that is being written: half of what fits, for the writer holds some, too.
    var readAhead: Int { max(1, memoryLimit / pieceBytes / 2) }

    /// Unchanged objects are left, nothing is deleted; 32 objects at a time in about 24 MiB of memory.
    public init(
        comparison: Comparison = .checksum, readsBack: Bool = false, deletesOthers: Bool = false,
        isDryRun: Bool = false,
        parallelObjects: Int = 32, memoryLimit: Int = 24 << 20
    ) {
        self.comparison = comparison
        self.readsBack = readsBack
        self.deletesOthers = deletesOthers
        self.isDryRun = isDryRun
        self.parallelObjects = max(1, parallelObjects)
        self.memoryLimit = max(1 << 18, memoryLimit)
    }
}
