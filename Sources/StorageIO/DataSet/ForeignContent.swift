/// Content of formats that are not read, detected by its first bytes.
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
    /// - Parameter nameOfOtherText: what text is if not in the expected format.
    static func nameOfDecompressed(
        head: some Collection<UInt8>, nameOfOtherText: ([UInt8]) -> String?
    ) -> String? {
        if StreamCompression(head: head) != nil { return "compressed more than once" }
        let head = Array(head.prefix(headSize))
        if head.starts(with: "PAR1".utf8) { return "a compressed Parquet file; decompress it first" }
        return name(head: head) ?? nameOfOtherText(head)
    }

    /// Why bytes without a known magic are not delimited text.
    static func textName(head: some Collection<UInt8>) -> String? {
        if beginsObject(head: head) { return "something that looks like JSON; name JSON lines .jsonl or .jsonl.gz" }
        if let list = nameOfJSONList(head: head) { return list }
        if withoutFrame(head).first == UInt8(ascii: "<") { return "something that looks like HTML or XML" }
        return head.prefix(headSize).contains(0) ? "neither text nor a known format" : nil
    }

    /// Whether text begins with an object of JSON.
    static func beginsObject(head: some Collection<UInt8>) -> Bool {
        withoutFrame(head).first == UInt8(ascii: "{")
    }

    /// What text is that begins with a list of objects or lists in JSON; nil for any other.
    static func nameOfJSONList(head: some Collection<UInt8>) -> String? {
        let text = withoutFrame(head)
        guard text.first == UInt8(ascii: "["),
            let next = withoutBlanks(text.dropFirst()).first, "{[".utf8.contains(next)
        else { return nil }
        return "one JSON array; write each of its objects on a line of its own, as 'jq -c .[]' does"
    }

    /// The first bytes without a byte order mark and blanks.
    private static func withoutFrame(_ head: some Collection<UInt8>) -> ArraySlice<UInt8> {
        let text = Array(head.prefix(headSize))[...]
        return withoutBlanks(text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text)
    }

    private static func withoutBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.drop { " \t\r\n".utf8.contains($0) }
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
