/// What goes wrong while the text of a file is cut into blocks, in the words of its format's error.
package protocol TextInputError: Error {
    /// A gzip or zstd file is damaged or ends too early.
    static func compression(file: String, error: CompressionError) -> Self
    /// The file is an archive, is compressed in a way that is not read, or holds another format.
    static func noText(file: String, found: String) -> Self
    /// A record is longer than the reader's limit.
    static func recordTooLong(file: String, limit: Int) -> Self
    /// What decompressed text is if not in this format; nil if it may be.
    static func nameOfOtherText(head: [UInt8]) -> String?
}

extension CSVError: TextInputError {
    /// What decompressed text is if not delimited text; nil if it may be.
    package static func nameOfOtherText(head: [UInt8]) -> String? { ForeignContent.textName(head: head) }
}
