import Essentials

/// How a Parquet file is written.
public struct ParquetWriteOptions: Sendable, Hashable {
    /// How pages are compressed.
    public enum Compression: Sendable, Hashable {
        case uncompressed
        case snappy
        case gzip
        /// Level 1 (fastest) to 22 (smallest).
        case zstd(level: Int = 1)
    }

    /// The layout of data pages. Every reader knows version 1.
    public enum DataPageVersion: Sendable, Hashable {
        case v1
        case v2
    }

    /// How pages are compressed. Columns whose pages do not get smaller are left uncompressed.
    public var compression: Compression
    /// Rows of a row group, at least 1; the last one has fewer. About twice as many are held in memory.
    public var rowGroupRows: Int
    /// The layout of data pages.
    public var dataPageVersion: DataPageVersion
    /// Whether columns of few distinct values are written as a dictionary and indices.
    public var useDictionary: Bool
    /// Whether integers, dates and timestamps that ascend or are close together are written as differences
    /// (DELTA_BINARY_PACKED) if that is smaller. pyarrow, DuckDB, Polars and Spark from 3.3 on read them.
    public var useDelta: Bool
    /// Whether the smallest and largest value of each column are recorded in each row group.
    public var writeStatistics: Bool
    /// Whether each page gets a CRC-32.
    public var writeChecksums: Bool
    /// Key-value metadata of the footer.
    public var keyValueMetadata: [String: String]
    /// Whether a row group that is nearly full ends with the batch that made it so, which then need not be divided.
    package var endsGroupsWithBatches = false
    /// On how many threads columns are encoded at the same time.
    public var threads: Int

    /// - Parameter threads: nil for the number of processors.
    public init(
        compression: Compression = .snappy, rowGroupRows: Int = 262_144, dataPageVersion: DataPageVersion = .v1,
        useDictionary: Bool = true, useDelta: Bool = true, writeStatistics: Bool = true, writeChecksums: Bool = false,
        keyValueMetadata: [String: String] = [:], threads: Int? = nil
    ) {
        self.compression = compression
        self.rowGroupRows = rowGroupRows
        self.dataPageVersion = dataPageVersion
        self.useDictionary = useDictionary
        self.useDelta = useDelta
        self.writeStatistics = writeStatistics
        self.writeChecksums = writeChecksums
        self.keyValueMetadata = keyValueMetadata
        self.threads = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    }
}
