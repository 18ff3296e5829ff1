/// A row that was dropped, as a report shows it.
public struct RejectedRow: Sendable, Hashable, Codable {
    /// The file.
    public var input: String
    /// The line of a text file, from 1 (the header is line 1); the row of a table (Parquet, JSON lines), from 1.
    public var line: Int
    /// The column that broke the rule; nil if the row as a whole did.
    public var column: String?
    /// The field's text, cut after 60 bytes; for a malformed row the number of its fields.
    public var value: String

    /// Bytes of a field that a report shows.
    static let valueLimit = 60

    /// A row as a report shows it.
    public init(input: String, line: Int, column: String?, value: String) {
        self.input = input
        self.line = line
        self.column = column
        self.value = value
    }
}
