/// Finds and reads a file's footer.
enum ParquetFooter {
    /// How many of the last bytes are read, hoping that they hold the footer.
    private static let guess: Int64 = 64 << 10

    /// parquet-mr before 1.2.9 recorded column chunks as shorter than they are, by the header of the dictionary page
    /// (PARQUET-816).
    static func leavesDictionaryHeadersOut(_ createdBy: String?) -> Bool {
        guard let createdBy, createdBy.hasPrefix("parquet-mr") else { return false }
        let words = createdBy.split(separator: " ")
        guard words.count >= 3, words[1] == "version" else { return true }
        let version = words[2].split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
        return version.lexicographicallyPrecedes([1, 2, 9])
    }

    static func read(_ input: any RandomAccessInput) async throws -> ParquetFormat.FileMetadata {
        let size = input.size
        guard size >= 12 else {
            throw ParquetError(.notParquet, file: input.name, message: "a file of \(size) bytes is too short")
        }
        let start = max(0, size - guess)
        var tail = try await input.read(start..<size)
        let end = Array(tail.suffix(4))
        guard end != ParquetFormat.encryptedMagic else {
            throw ParquetError(.unsupported, file: input.name, message: "the whole file is encrypted")
        }
        guard end == ParquetFormat.magic, tail.count >= 8 else {
            throw ParquetError(.notParquet, file: input.name, message: "the file does not end with PAR1")
        }
        let length = Int64(tail.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: tail.count - 8, as: UInt32.self) })
        guard length <= size - 12 else {
            throw ParquetError(
                .truncated, file: input.name, offset: size - 8,
                message: "a footer of \(length) bytes in a file of \(size)")
        }
        let footerStart = size - 8 - length
        if footerStart < start { tail = try await input.read(footerStart..<start) + tail }
        do {
            return try tail.withUnsafeBytes { bytes in
                let footer = UnsafeRawBufferPointer(
                    rebasing: bytes[(bytes.count - 8 - Int(length))..<(bytes.count - 8)])
                var reader = ThriftCompactReader(footer)
                // With a signed plain footer, columns can be encrypted one by one; the signature comes after the metadata.
                return try ParquetFormat.FileMetadata(reading: &reader)
            }
        } catch let fault as ParquetFault {
            throw ParquetError(fault.code, file: input.name, offset: footerStart, message: fault.message)
        }
    }
}
