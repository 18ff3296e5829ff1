/// How the files of a data set are laid out.
public enum DataFormat: String, Sendable, Hashable, CaseIterable {
    case parquet
    /// Delimited text, plain or compressed with gzip or zstd.
    case csv

    /// How many of a file's first bytes ``init(head:file:)`` looks at.
    static let headSize = 512

    /// What a file's first bytes show. A name that ends with `.parquet` is taken at its word, so that a damaged file is
    /// not read as text.
    /// - Throws: ``DataSetError/unsupportedFormat(file:found:)``.
    init(head: [UInt8], file: String) throws(DataSetError) {
        if head.starts(with: Array("PAR1".utf8)) || head.starts(with: Array("PARE".utf8)) {
            self = .parquet
        } else if file.lowercased().hasSuffix(".parquet") {
            throw .unsupportedFormat(file: file, found: "the name says Parquet, but the content is something else")
        } else if StreamCompression(head: head) != nil {
            self = .csv
        } else if let other = Self.otherFormats.first(where: { head.starts(with: $0.magic) }) {
            throw .unsupportedFormat(file: file, found: "this is \(other.name)")
        } else if let first = head.first(where: { !" \t\r\n".utf8.contains($0) }), "{<".utf8.contains(first) {
            throw .unsupportedFormat(file: file, found: "this looks like JSON, HTML or XML")
        } else if head.contains(0) {
            throw .unsupportedFormat(file: file, found: "the content is neither text nor a known format")
        } else {
            self = .csv
        }
    }

    /// What a name's ending says: `.parquet` or `.csv`, `.txt`, `.tsv`; nil for anything else.
    init?(fileName name: String) {
        switch name.lowercased().split(separator: ".", omittingEmptySubsequences: false).dropFirst().last {
        case "parquet": self = .parquet
        case "csv", "txt", "tsv": self = .csv
        default: return nil
        }
    }

    private static let otherFormats: [(magic: [UInt8], name: String)] = [
        (Array("ORC".utf8), "an ORC file"),
        (Array("Obj".utf8) + [1], "an Avro file"),
        (Array("ARROW1".utf8), "an Arrow IPC (Feather) file"),
        (Array("PK".utf8) + [3, 4], "a ZIP archive or spreadsheet"),
        (Array("SQLite format 3".utf8), "an SQLite database"),
        (Array("BZh".utf8), "compressed with bzip2"),
        ([0xFD] + Array("7zXZ".utf8), "compressed with xz"),
    ]
}
