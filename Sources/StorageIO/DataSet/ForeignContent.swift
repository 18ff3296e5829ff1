/// Content that is neither Parquet nor delimited text, detected by its first bytes.
enum ForeignContent {
    /// How many of the first bytes are checked.
    static let headSize = 512

    /// The format that a file's first bytes show; nil if they may be text.
    static func name(head: some Collection<UInt8>) -> String? {
        let head = Array(head.prefix(headSize))
        if let known = magics.first(where: { head.starts(with: $0.bytes) }) { return known.name }
        // These begin with letters that a column name may begin with, followed by bytes that no text has.
        let isBinary = head.contains { $0 < 9 }
        if isBinary, head.dropFirst(257).starts(with: "ustar".utf8) { return "a tar archive; unpack it first" }
        if head.starts(with: "BZh".utf8), head.dropFirst(4).starts(with: "1AY&SY".utf8) {
            return "compressed with bzip2"
        }
        if isBinary, head.starts(with: "ORC".utf8) { return "an ORC file" }
        // Byte order marks.
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            return "UTF-16 text; save it as UTF-8"
        }
        return nil
    }

    /// As ``name(head:)``, for the content of a compressed file: also formats that can only be read uncompressed.
    static func nameOfDecompressed(head: some Collection<UInt8>) -> String? {
        if StreamCompression(head: head) != nil { return "compressed more than once" }
        let head = Array(head.prefix(headSize))
        if head.starts(with: "PAR1".utf8) { return "a compressed Parquet file; decompress it first" }
        return name(head: head) ?? textName(head: head)
    }

    /// Why bytes without a known magic are not delimited text.
    static func textName(head: some Collection<UInt8>) -> String? {
        let text = head.prefix(headSize).drop { " \t\r\n".utf8.contains($0) }
        if let first = text.first, "{<".utf8.contains(first) || isJSONList(text) {
            return "something that looks like JSON, HTML or XML"
        }
        return head.prefix(headSize).contains(0) ? "neither text nor a known format" : nil
    }

    private static func isJSONList(_ text: some Collection<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "[") else { return false }
        return text.dropFirst().first { !" \t\r\n".utf8.contains($0) }.map { "{[".utf8.contains($0) } ?? false
    }

    private static let magics: [(bytes: [UInt8], name: String)] = [
        (Array("PK".utf8) + [3, 4], "a ZIP archive or spreadsheet"),
        (Array("PK".utf8) + [5, 6], "an empty ZIP archive"),
        ([0xFD] + Array("7zXZ".utf8), "compressed with xz"),
        ([0x5D, 0, 0], "compressed with lzma"),
        (Array("LZIP".utf8) + [1], "compressed with lzip"),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"),
        ([0xFF, 6, 0, 0] + Array("sNaPpY".utf8), "compressed with framed snappy"),
        ([0x1F, 0x9D], "compressed with compress (.Z)"),
        ([0x89] + Array("LZO".utf8), "compressed with lzop"),
        (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
        (Array("Rar!".utf8) + [0x1A, 7], "a RAR archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an Excel (.xls) or other Office file"),
        (Array("Obj".utf8) + [1], "an Avro file"),
        (Array("ARROW1".utf8) + [0, 0], "an Arrow IPC (Feather) file"),
        (Array("FEA1".utf8) + [0, 0, 0, 0], "a Feather file"),
        ([0xFF, 0xFF, 0xFF, 0xFF], "an Arrow IPC stream"),
        (Array("SQLite format 3".utf8), "an SQLite database"),
        ([0x89] + Array("HDF".utf8), "an HDF5 file"),
        (Array("%PDF-".utf8), "a PDF document"),
    ]
}
