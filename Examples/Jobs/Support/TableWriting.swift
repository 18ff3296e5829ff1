package import StorageIO

extension DataSetWriteOptions {
    /// As programs write their one table: a file in the format of its ending, Parquet without an ending; a folder of
    /// files if the location ends with `/`.
    package static func table(at location: StorageLocation, format: DataFormat? = nil, threads: Int)
        -> DataSetWriteOptions
    {
        DataSetWriteOptions(
            format: format, layout: location.uri.isFolder ? nil : .file,
            parquet: ParquetWriteOptions(threads: threads),
            csv: CSVWriteOptions(threads: threads))
    }
}
