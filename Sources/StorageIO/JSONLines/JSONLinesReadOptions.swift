public import Columnar

/// How JSON lines are read.
public struct JSONLinesReadOptions: Sendable, Hashable {
    /// The columns to read, by name, with their types, in the desired order; nil reads all and infers their types from
    /// all rows, so that the file is read twice. A column that no row has is null.
    public var schema: Schema?
    /// About how many bytes of text make a batch; rows with many columns make smaller batches.
    public var blockBytes: Int
    /// The longest line accepted, in bytes.
    public var maximumRecordBytes: Int
    /// Threads that parse.
    public var threads: Int

    /// All columns, with inferred types.
    public init(
        schema: Schema? = nil, blockBytes: Int = 2 << 20, maximumRecordBytes: Int = 16 << 20, threads: Int = 2
    ) {
        self.schema = schema
        self.blockBytes = blockBytes
        self.maximumRecordBytes = maximumRecordBytes
        self.threads = threads
    }
}
