public import Columnar

/// How a delimited text is to be read.
public struct CSVReadOptions: Sendable, Hashable {
    /// What parts fields: one ASCII character; nil for what parts the first line, of comma, semicolon, tab and `|`.
    public var delimiter: Unicode.Scalar?
    /// Whether the first line names the columns. Without, they are named `column0`, `column1`, and so on.
    public var hasHeader: Bool
    /// The columns to read, by name, with their types, in the order wanted; nil reads all and infers their types from
    /// all rows, so that the file is read twice. With a schema and no header, the fields of a row are the schema's, in its order.
    public var schema: Schema?
    /// Texts that stand for a missing value where the field is not quoted. In columns that hold no text, they are also
    /// found with spaces around them, and so are an empty quoted field and `NULL`, `None`, `NA`, `N/A` and `\N`, in any case.
    public var nullTokens: [String]
    /// How many bytes of text make a batch, about.
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
    /// The line of the first row.
    var firstRowLine: Int { hasHeader ? 2 : 1 }
}
