/// The format of the files of a data set.
public enum DataFormat: String, Sendable, Hashable, CaseIterable {
    case parquet
    /// Delimited text, plain or compressed with gzip or zstd.
    case csv
    /// Newline-delimited JSON: an object a line, plain or compressed with gzip or zstd. It is read, not written.
    case jsonLines = "json-lines"

    /// The format of a name's ending: `.parquet`, `.parq` or `.pq`; `.csv`, `.txt` or `.tsv`; `.jsonl`, `.ndjson` or
    /// `.json`; nil for anything else.
    package init?(fileName name: String) {
        switch Self.ending(of: name) {
        case "parquet", "parq", "pq": self = .parquet
        case "csv", "txt", "tsv": self = .csv
        case "jsonl", "ndjson", "json": self = .jsonLines
        default: return nil
        }
    }

    /// Whether data sets are written in this format.
    package var isWritten: Bool { self != .jsonLines }

    /// What follows the last dot of a name, in lower case; nil without a dot.
    static func ending(of name: String) -> String? {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).dropFirst().last
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
    }
}
