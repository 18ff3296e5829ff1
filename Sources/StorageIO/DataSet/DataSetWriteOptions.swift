/// How a data set is written.
public struct DataSetWriteOptions: Sendable, Hashable {
    /// One file or many.
    public enum Layout: Sendable, Hashable {
        /// One file, which replaces an earlier one atomically.
        case file
        /// A folder of files `part-00000-….parquet` of at most so many rows, and a `_SUCCESS` that lists them when all
        /// are written.
        case folder(rowsPerFile: Int)
    }

    /// nil for the format of the location's ending, and Parquet if it has none. An ending of a format that cannot be
    /// written, such as `.csv.gz` or `.jsonl`, is refused, and so is ``DataFormat/jsonLines``.
    public var format: DataFormat?
    /// nil for one file if the location has an ending such as `.parquet` or `.csv` and does not end with `/`, and
    /// otherwise a folder with files of ten million rows.
    public var layout: Layout?
    /// For Parquet files.
    public var parquet: ParquetWriteOptions
    /// For CSV files.
    public var csv: CSVWriteOptions

    /// By default chosen by the location's name.
    public init(
        format: DataFormat? = nil, layout: Layout? = nil, parquet: ParquetWriteOptions = ParquetWriteOptions(),
        csv: CSVWriteOptions = CSVWriteOptions()
    ) {
        self.format = format
        self.layout = layout
        self.parquet = parquet
        self.csv = csv
    }
}

/// What the name of an output location implies.
struct WrittenName {
    /// nil if the name implies no format.
    let format: DataFormat?
    let layout: DataSetWriteOptions.Layout
    /// Whether tabs separate the fields of text.
    let isTabbed: Bool

    /// - Throws: ``DataSetError/unwritable(location:reason:)`` for patterns, and for endings of formats that are not written.
    init(_ location: StorageLocation) throws(DataSetError) {
        func unwritable(_ reason: String) -> DataSetError {
            .unwritable(location: location.description, reason: reason)
        }
        guard location.uri.pattern == nil else { throw unwritable("a pattern is not a location to write to") }
        let name = String(
            decoding: location.uri.path.utf8.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
        let ending = DataFormat.ending(of: name) ?? ""
        if ["gz", "zst", "bz2", "xz", "lz4", "br", "snappy"].contains(ending) {
            throw unwritable("compressed text is only read, not written")
        }
        if Self.otherFormats.contains(ending), !location.uri.isFolder {
            throw unwritable("the name's ending is that of another format; .parquet, .csv and .tsv are written")
        }
        // A folder may have any name.
        format = DataFormat(fileName: name).flatMap { $0.isWritten ? $0 : nil }
        isTabbed = ending == "tsv"
        layout = location.uri.isFolder || format == nil ? .folder(rowsPerFile: 10_000_000) : .file
    }

    private static let otherFormats: Set<String> = [
        "json", "jsonl", "ndjson", "xml", "html", "xls", "xlsx", "ods", "orc", "avro", "feather", "arrow", "ipc", "zip",
        "tar", "tgz", "7z", "sqlite", "db", "duckdb", "h5", "pkl", "pickle",
    ]
}
