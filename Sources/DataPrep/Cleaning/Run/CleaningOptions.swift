public import StorageIO

/// How a cleaning uses the machine, and how it writes.
public struct CleaningOptions: Sendable {
    /// Threads that parse, pack and encode.
    public var threads: Int
    /// About how many bytes of memory the data may use; further rows go to a temporary file. At least 64 MiB.
    public var memoryLimit: Int
    /// The folder of temporary files; nil for the system's.
    public var temporaryFolder: String?
    /// How many rejected rows the report shows for each rule.
    public var samplesPerRule: Int
    /// How the Parquet file is compressed.
    public var compression: ParquetWriteOptions.Compression
    /// The most rows in a row group.
    public var rowGroupRows: Int
    /// Text is parsed in blocks of this many bytes.
    package var blockBytes = 2 << 20
    /// Bytes for rows that are waiting for the fences; nil for half of the memory limit.
    package var waitingBudget: Int?
    /// Bytes for the keys of rows seen; nil for a quarter of the memory limit.
    package var keyBudget: Int?
    /// Creates the temporary file; nil for one in ``temporaryFolder``.
    package var makeStorage: (@Sendable () -> any SpillStorage)?

    /// Two threads, 1 GiB, snappy.
    public init(
        threads: Int = 2, memoryLimit: Int = 1 << 30, temporaryFolder: String? = nil, samplesPerRule: Int = 5,
        compression: ParquetWriteOptions.Compression = .snappy, rowGroupRows: Int = 1 << 18
    ) {
        self.threads = threads
        self.memoryLimit = memoryLimit
        self.temporaryFolder = temporaryFolder
        self.samplesPerRule = samplesPerRule
        self.compression = compression
        self.rowGroupRows = rowGroupRows
    }

    func storage() -> any SpillStorage {
        makeStorage?() ?? SpillFile(folder: temporaryFolder)
    }

    func check() throws(CleaningError) {
        guard threads >= 1 else { throw .invalidOption(name: "threads", value: "\(threads)", expected: "at least 1") }
        guard memoryLimit >= 64 << 20 else {
            throw .invalidOption(name: "the memory limit", value: "\(memoryLimit) bytes", expected: "at least 64 MiB")
        }
        guard rowGroupRows >= 1 else {
            throw .invalidOption(name: "rows of a row group", value: "\(rowGroupRows)", expected: "at least 1")
        }
    }
}

/// Where the clean table goes.
public struct CleaningOutput: Sendable {
    let location: StorageLocation
    /// Nil to decide by the location's name.
    let layout: DataSetWriteOptions.Layout?

    /// One file; it appears whole or not at all. It is Parquet unless its name ends with `.csv`, `.txt` or `.tsv`.
    public static func file(_ key: ObjectKey, in store: any ObjectStore) -> CleaningOutput {
        CleaningOutput(
            location: StorageLocation(store: store, uri: StorageURI(key: key, root: store.root, isFolder: false)),
            layout: .file)
    }

    /// A folder of files `part-00000-….parquet`, `part-00001-….parquet`, ... of at most that many rows each, as
    /// `DataSetWriter` writes it: its `_SUCCESS` lists them and switches readers from an earlier output to the new one in
    /// one step. The folder must hold no other data.
    public static func folder(_ key: ObjectKey, in store: any ObjectStore, rowsPerFile: Int) -> CleaningOutput {
        CleaningOutput(
            location: StorageLocation(store: store, uri: StorageURI(key: key, root: store.root, isFolder: true)),
            layout: .folder(rowsPerFile: rowsPerFile))
    }

    /// One file, or, if the location ends with `/`, a folder of files of ten million rows.
    public static func location(_ location: StorageLocation) -> CleaningOutput {
        CleaningOutput(location: location, layout: location.uri.isFolder ? nil : .file)
    }
}

/// The progress of a cleaning.
public struct CleaningProgress: Sendable, Hashable {
    /// The current phase.
    public enum Phase: String, Sendable, Hashable {
        /// Parsing, rules 1 to 6.
        case reading
        /// Computing the fences.
        case measuring
        /// Rule 7 and the output.
        case writing
    }

    /// The current phase.
    public var phase: Phase
    /// Rows that the phase has processed.
    public var rows: Int
    /// Bytes of the inputs read so far, as stored.
    public var bytesRead: Int64
    /// Bytes of all inputs, as stored.
    public var bytesTotal: Int64
}
