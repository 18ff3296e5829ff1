/// How objects are copied.
public struct TransferOptions: Sendable, Hashable {
    /// When an object that already exists at the destination is left as it is.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// Its size and content are those of the source, by the checksums that the stores keep or by reading.
        case checksum
        /// Its size is that of the source.
        case size
        /// Never.
        case never
    }

    /// How copies are verified, beyond the stores' own checks of received data.
    public enum Verification: String, Sendable, Hashable, CaseIterable {
        /// Only lengths and entity tags.
        case lengths
        /// Also the checksum that the source's store keeps, before the copy appears.
        case checksum
        /// Also by reading each copy back.
        case readBack = "read-back"
    }

    /// See ``Comparison``.
    public var comparison: Comparison
    /// See ``Verification``.
    public var verification: Verification
    /// Whether objects at the destination that the source does not have are removed, once all others are copied.
    public var deletesOthers: Bool
    /// Whether nothing is changed and the report says what would be.
    public var isDryRun: Bool
    /// The number of objects copied at the same time.
    public var parallelObjects: Int
    /// About how many bytes of content may be in memory at the same time; a large object may take all of it. More
    /// memory means larger chunks in flight, which fast connections over long distances need.
    public var memoryLimit: Int

    /// How much is read at once, and ahead: half of the memory limit; the rest is for the writer.
    func chunks(from store: any ObjectStore) -> (bytes: Int, readAhead: Int) {
        if store is LocalObjectStore {
            // A disk responds at once, and a chunk that S3 takes as a part need not be copied into one.
            return (max(1 << 16, min(S3PartSizes.minimumSize, memoryLimit / 4)), 1)
        }
        let bytes = max(1 << 16, min(16 << 20, memoryLimit / 12))
        return (bytes, max(1, memoryLimit / 2 / bytes))
    }

    /// Unchanged objects are left, nothing is deleted; 32 objects at a time in about 24 MiB of memory.
    public init(
        comparison: Comparison = .checksum, verification: Verification = .checksum, deletesOthers: Bool = false,
        isDryRun: Bool = false,
        parallelObjects: Int = 32, memoryLimit: Int = 24 << 20
    ) {
        self.comparison = comparison
        self.verification = verification
        self.deletesOthers = deletesOthers
        self.isDryRun = isDryRun
        self.parallelObjects = max(1, parallelObjects)
        self.memoryLimit = max(1 << 18, memoryLimit)
    }
}
