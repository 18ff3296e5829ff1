public import Columnar

/// How delimited text is read.
public struct CSVReadOptions: Sendable, Hashable {
    /// The field separator, one ASCII character; nil to detect it in the first line: comma, semicolon, tab or `|`.
    public var delimiter: Unicode.Scalar?
    /// Whether the first line names the columns. Without, they are named `column0`, `column1`, and so on.
    public var hasHeader: Bool
    /// The columns to read, by name, with their types, in the desired order; nil reads all and infers their types from
    /// all rows, so that the file is read twice. With a schema and no header, the fields of a row are the schema's, in
    /// its order.
    public var schema: Schema?
    /// Texts of unquoted fields that mean a missing value. In columns of other types than text, spaces around them are
    /// ignored, and an empty quoted field and `NULL`, `None`, `NA`, `N/A` and `\N`, in any case, also mean one.
    public var nullTokens: [String]
    /// About how many bytes of text make a batch.
    public var blockBytes: Int
    /// The longest record accepted, in bytes.
    public var maximumRecordBytes: Int
    /// Threads that parse.
    public var threads: Int

    /// The usual form: a header, an empty field for a missing value.
    public init(
        delimiter: Unicode.Scalar? = nil, hasHeader: Bool = true, schema: Schema? = nil, nullTokens: [String] = [""],
        blockBytes: Int = 2 << 20, maximumRecordBytes: Int = 1 << 20, threads: Int = 2
    ) {
        self.delimiter = delimiter
        self.hasHeader = hasHeader
        self.schema = schema
        self.nullTokens = nullTokens
        self.blockBytes = blockBytes
        self.maximumRecordBytes = maximumRecordBytes
        self.threads = threads
    }
    /// The line number of the first row.
    var firstRowLine: Int { hasHeader ? 2 : 1 }
}
