extension DataFormat {
    /// The format that the first bytes of a file show, and its name where they do not.
    /// - Throws: ``DataSetError/unsupportedFormat(file:found:)``; what reading throws.
    package static func detect(_ input: some RandomAccessInput) async throws -> DataFormat {
        let head = try await input.read(0..<min(input.size, Int64(ForeignContent.headSize)))
        guard StreamCompression(head: head) != nil, !input.name.lowercased().hasSuffix(".parquet") else {
            return try DataFormat(head: head, file: input.name)
        }
        if let named = DataFormat(fileName: withoutCompression(input.name)), named != .parquet { return named }
        // Whatever is wrong with the content is reported by the reader.
        let chunks = ByteChunks(input, chunkBytes: 1 << 16, readAhead: 1, failure: JSONLinesError.self)
        let content = try? await chunks.next()
        await chunks.cancel()
        return ForeignContent.beginsObject(head: content ?? []) ? .jsonLines : .csv
    }

    /// The format that the first bytes of an uncompressed file show. A name that ends with `.parquet` is believed, so that
    /// a damaged file is not read as text, and so are those of JSON lines.
    private init(head: [UInt8], file: String) throws(DataSetError) {
        if head.starts(with: Array("PAR1".utf8)) || head.starts(with: Array("PARE".utf8)) {
            self = .parquet
        } else if file.lowercased().hasSuffix(".parquet") {
            throw .unsupportedFormat(file: file, found: "the name says Parquet, but the content is something else")
        } else if let other = ForeignContent.name(head: head) ?? ForeignContent.nameOfJSONList(head: head) {
            throw .unsupportedFormat(file: file, found: "this is \(other)")
        } else if ForeignContent.beginsObject(head: head) || DataFormat(fileName: file) == .jsonLines {
            self = .jsonLines
        } else if let other = ForeignContent.textName(head: head) {
            throw .unsupportedFormat(file: file, found: "this is \(other)")
        } else {
            self = .csv
        }
    }

    /// A name without the ending of a compression.
    private static func withoutCompression(_ name: String) -> String {
        guard let ending = ending(of: name), ["gz", "gzip", "zst", "zstd"].contains(ending) else { return name }
        return String(name.dropLast(ending.count + 1))
    }
}
