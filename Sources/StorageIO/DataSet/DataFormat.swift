/// The format of the files of a data set.
public enum DataFormat: String, Sendable, Hashable, CaseIterable {
    case parquet
    /// Delimited text, plain or compressed with gzip or zstd.
    case csv

    /// How many of a file's first bytes ``init(head:file:)`` reads.
    static let headSize = ForeignContent.headSize

    /// The format that a file's first bytes show. A name that ends with `.parquet` is believed, so that a damaged file
    /// is not read as text.
    /// - Throws: ``DataSetError/unsupportedFormat(file:found:)``.
    init(head: [UInt8], file: String) throws(DataSetError) {
        if head.starts(with: Array("PAR1".utf8)) || head.starts(with: Array("PARE".utf8)) {
            self = .parquet
        } else if file.lowercased().hasSuffix(".parquet") {
            throw .unsupportedFormat(file: file, found: "the name says Parquet, but the content is something else")
        } else if StreamCompression(head: head) != nil {
            self = .csv
        } else if let other = ForeignContent.name(head: head) ?? ForeignContent.textName(head: head) {
            throw .unsupportedFormat(file: file, found: "this is \(other)")
        } else {
            self = .csv
        }
    }

    /// The format of a name's ending: `.parquet`, `.parq` or `.pq`, or `.csv`, `.txt` or `.tsv`; nil for anything else.
    package init?(fileName name: String) {
        switch Self.ending(of: name) {
        case "parquet", "parq", "pq": self = .parquet
        case "csv", "txt", "tsv": self = .csv
        default: return nil
        }
    }

    /// What follows the last dot of a name, in lower case; nil without a dot.
    static func ending(of name: String) -> String? {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).dropFirst().last
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
    }
}
