public import Columnar

/// Why the files of a location cannot be read as one table, or written as one.
public enum DataSetError: Error, Sendable, Hashable {
    /// No file, and no folder with data files.
    case nothingFound(location: String, detail: String)
    /// The folder holds only files of a writer that is still running, or was killed.
    case unfinished(folder: String)
    /// A file that the folder's `_SUCCESS` or its Delta log lists is missing or has another size.
    case incomplete(location: String, missingFile: String)
    /// A file of an unsupported format.
    case unsupportedFormat(file: String, found: String)
    /// The files are of more than one format.
    case mixedFormats(file: String, format: DataFormat, otherFile: String, otherFormat: DataFormat)
    /// A requested column is not available in every file.
    case unavailableColumn(name: String, reason: String)
    /// A value that does not fit the column's common type.
    case unfitValue(file: String, error: ColumnarError)
    /// The folder is, or lies in, a table whose log determines which files belong to it.
    case unsupportedTable(folder: String, format: String, reason: String)
    /// The location holds files that the new data set would be mixed with.
    case occupied(location: String, file: String)
    /// The location's name requests something that cannot be written.
    case unwritable(location: String, reason: String)
}

extension DataSetError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .nothingFound(let location, let detail): "\(location): \(detail)"
        case .unfinished(let folder):
            "\(folder): a writer of this data set has not finished (there is a file _UNFINISHED-...); wait, or write it again"
        case .incomplete(let location, let missingFile):
            "\(location): the data set is damaged or being replaced: \(missingFile) is missing or not as the data set's list of files says"
        case .unsupportedFormat(let file, let found):
            "\(file): not readable as Parquet, CSV or JSON lines: \(found)"
        case .mixedFormats(let file, let format, let otherFile, let otherFormat):
            "\(otherFile) is \(otherFormat.title), but \(file) is \(format.title); a data set has one format"
        case .unavailableColumn(let name, let reason): "column '\(name)' cannot be read: \(reason)"
        case .unfitValue(let file, let error): "\(file): \(error)"
        case .unsupportedTable(let folder, let format, let reason):
            "\(folder): this is a table of \(format): \(reason); have the program that maintains it write a plain copy"
        case .occupied(let location, let file):
            "\(location): holds \(file), which is not part of an earlier data set; choose an empty folder or remove it"
        case .unwritable(let location, let reason): "\(location): \(reason)"
        }
    }
}

extension DataFormat {
    fileprivate var title: String {
        switch self {
        case .parquet: "Parquet"
        case .csv: "CSV"
        case .jsonLines: "JSON lines"
        }
    }
}
