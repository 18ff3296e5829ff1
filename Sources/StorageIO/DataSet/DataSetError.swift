/// Why the files of a place cannot be read as one table, or written as one.
public enum DataSetError: Error, Sendable, Hashable {
    /// No file, and no folder with data files.
    case nothingFound(place: String, detail: String)
    /// The folder holds only files of a writer that is still at work, or was killed.
    case unfinished(folder: String)
    /// The folder's `_SUCCESS` lists a file that is not there in the size it was written.
    case incomplete(place: String, missingFile: String)
    /// A file of another kind than those that can be read.
    case unsupportedFormat(file: String, found: String)
    /// The files are of more than one format.
    case mixedFormats(file: String, format: DataFormat, otherFile: String, otherFormat: DataFormat)
    /// A file's columns are not those of another one.
    case schemaMismatch(file: String, otherFile: String, difference: String)
    /// The place holds what the new data set would be mixed with.
    case occupied(place: String, file: String)
    /// The place's name asks for something that cannot be written.
    case unwritable(place: String, reason: String)
}

extension DataSetError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .nothingFound(let place, let detail): "\(place): \(detail)"
        case .unfinished(let folder):
            "\(folder): a writer of this data set has not finished (a file _UNFINISHED-... tells); wait, or write it anew"
        case .incomplete(let place, let missingFile):
            "\(place): the data set is damaged or being replaced: \(missingFile) is not there as _SUCCESS lists it"
        case .unsupportedFormat(let file, let found):
            "\(file): not readable as Parquet or CSV: \(found)"
        case .mixedFormats(let file, let format, let otherFile, let otherFormat):
            "\(otherFile) is \(otherFormat.title), but \(file) is \(format.title); a data set has one format"
        case .schemaMismatch(let file, let otherFile, let difference):
            "\(file): its columns differ from those of \(otherFile): \(difference)"
        case .occupied(let place, let file):
            "\(place): holds \(file), which is no part of an earlier data set; choose an empty folder or remove it"
        case .unwritable(let place, let reason): "\(place): \(reason)"
        }
    }
}

extension DataFormat {
    fileprivate var title: String {
        switch self {
        case .parquet: "Parquet"
        case .csv: "CSV"
        }
    }
}
