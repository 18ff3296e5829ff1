/// Why a Parquet file cannot be read or written, and where.
public struct ParquetError: Error, Sendable, Hashable {
    /// The kind of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind in words.
        public let description: String

        /// The bytes are not a Parquet file at all.
        public static let notParquet = Code(description: "not a Parquet file")
        /// The file, a page or a value ends early.
        public static let truncated = Code(description: "truncated")
        /// The bytes contradict the format.
        public static let corrupt = Code(description: "corrupt")
        /// A page's bytes do not have the checksum that its header states.
        public static let checksumMismatch = Code(description: "checksum mismatch")
        /// The file is valid, but uses a part of the format that this reader does not know.
        public static let unsupported = Code(description: "unsupported")
        /// A value does not fit the column type that it is read as, or a memory limit is exceeded.
        public static let outOfRange = Code(description: "out of range")
        /// What the caller requested does not exist, or does not fit the file.
        public static let invalidRequest = Code(description: "invalid request")
    }

    /// What kind of failure it is.
    public var code: Code
    /// The input's name: a path or URL.
    public var file: String
    /// The column's name, its path separated by dots.
    public var column: String?
    /// The row group's number, from 0.
    public var rowGroup: Int?
    /// The page's number in its column chunk, from 0; a dictionary page counts.
    public var page: Int?
    /// The offset in the file where it was noticed (for a page: where the page begins).
    public var offset: Int64?
    /// What is wrong, in words.
    public var message: String

    /// An error at a position of a file.
    public init(
        _ code: Code, file: String, column: String? = nil, rowGroup: Int? = nil, page: Int? = nil,
        offset: Int64? = nil, message: String
    ) {
        self.code = code
        self.file = file
        self.column = column
        self.rowGroup = rowGroup
        self.page = page
        self.offset = offset
        self.message = message
    }
}

extension ParquetError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        var location: [String] = []
        if let column { location.append("column '\(column)'") }
        if let rowGroup { location.append("row group \(rowGroup)") }
        if let page { location.append("page \(page)") }
        if let offset { location.append("byte \(offset)") }
        return "\(file): \(location.isEmpty ? "" : location.joined(separator: ", ") + ": ")\(message) (\(code))"
    }
}

/// An error whose file, column and page are not known yet.
struct ParquetFault: Error {
    var code: ParquetError.Code
    var message: String

    init(_ code: ParquetError.Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
