import CZlib
import Essentials

/// The pages of one column chunk, one after the other, decompressed.
struct PageReader {
    /// A page of values. The buffers are valid until the next page is read.
    struct DataPage {
        /// How a page encodes which rows have values.
        enum Levels {
            /// Every row has one.
            case none
            case rle(UnsafeRawBufferPointer)
            /// The encoding before RLE: bits from the most significant on.
            case bitPacked(UnsafeRawBufferPointer)
        }

        var rowCount: Int
        var levels: Levels
        var encoding: ParquetFormat.Encoding
        var values: UnsafeRawBufferPointer
        /// Of nested values in a page of the second version.
        var repetitionLevels: UnsafeRawBufferPointer?
    }

    /// Where the values of the next rows will be, so that plain pages can be decompressed in their final position.
    struct PlainTarget {
        var start: UnsafeMutableRawPointer
        /// Bytes before it that belong to earlier rows.
        var before: Int
        /// Bytes of a value.
        var width: Int
    }

    enum Page {
        case dictionary(values: UnsafeRawBufferPointer, count: Int)
        case data(DataPage)
    }

    private let bytes: UnsafeRawBufferPointer
    private let isOptional: Bool
    private let decompressor: PageDecompressor
    /// Set it before a page is read. Values that were decompressed in their final position begin at `start`.
    var plainTarget: PlainTarget?
    private var position = 0
    private var rowsRead = 0
    private let rowCount: Int
    /// The number of the page that is being read.
    private(set) var page = -1
    /// Where it begins in the chunk.
    private(set) var pageStart = 0

    /// - Parameter rowCount: after so many rows the chunk ends; what follows is ignored.
    init(
        _ bytes: UnsafeRawBufferPointer, codec: ParquetFormat.Codec, isOptional: Bool, rowCount: Int
    ) throws(ParquetFault) {
        self.bytes = bytes
        self.isOptional = isOptional
        self.rowCount = rowCount
        decompressor = try PageDecompressor(codec)
    }

    /// Reads only the headers, to check that the chunk holds as many rows as it should before memory is allocated for
    /// them.
    func checkRowCount() throws(ParquetFault) {
        var scan = self
        while scan.rowsRead < rowCount {
            let (header, _) = try scan.readHeader()
            if let rows = header.data?.valueCount ?? header.dataV2?.valueCount { try scan.count(rows: rows) }
        }
    }

    /// The next dictionary or data page; nil once all rows have been read.
    mutating func next() throws -> Page? {
        while rowsRead < rowCount {
            let (header, body) = try readHeader()
            // Some writers set the optional field to 0.
            if let stated = header.checksum, stated != 0 { try verify(body, stated) }
            switch ParquetFormat.PageType(rawValue: header.type) {
            case .dictionary:
                guard let dictionary = header.dictionary, dictionary.valueCount >= 0 else {
                    throw ParquetFault(.corrupt, "a dictionary page without its header or with a negative count")
                }
                guard let encoding = ParquetFormat.Encoding(rawValue: dictionary.encoding),
                    encoding == .plain || encoding == .plainDictionary
                else {
                    throw ParquetFault(.unsupported, "dictionary of encoding \(dictionary.encoding)")
                }
                let values = try decompressor.decompress(body, to: Int(header.uncompressedByteCount))
                return .dictionary(values: values, count: Int(dictionary.valueCount))
            case .data:
                guard let data = header.data else { throw ParquetFault(.corrupt, "a data page without its header") }
                return .data(try readDataPage(header, data, body))
            case .dataV2:
                guard let data = header.dataV2 else { throw ParquetFault(.corrupt, "a data page without its header") }
                return .data(try readDataPageV2(header, data, body))
            case .index, nil:
                continue
            }
        }
        return nil
    }

    private mutating func readHeader() throws(ParquetFault) -> (ParquetFormat.PageHeader, UnsafeRawBufferPointer) {
        page += 1
        pageStart = position
        guard position < bytes.count else {
            throw ParquetFault(.truncated, "the column chunk ends after \(rowsRead) of \(rowCount) rows")
        }
        var reader = ThriftCompactReader(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        let header = try ParquetFormat.PageHeader(reading: &reader)
        position += reader.position
        guard header.uncompressedByteCount >= 0, header.compressedByteCount >= 0 else {
            throw ParquetFault(.corrupt, "a page header without sizes")
        }
        guard header.compressedByteCount <= bytes.count - position else {
            throw ParquetFault(
                .truncated,
                "a page of \(header.compressedByteCount) bytes where \(bytes.count - position) are left")
        }
        defer { position += Int(header.compressedByteCount) }
        return (
            header, UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(header.compressedByteCount)])
        )
    }

    private mutating func count(rows: Int32) throws(ParquetFault) {
        guard rows >= 0, Int(rows) <= rowCount - rowsRead else {
            throw ParquetFault(
                .corrupt, "a page of \(rows) values where \(rowCount - rowsRead) rows of the row group are left")
        }
        rowsRead += Int(rows)
    }

    private mutating func readDataPage(
        _ header: ParquetFormat.PageHeader, _ data: ParquetFormat.DataPageHeader, _ body: UnsafeRawBufferPointer
    ) throws -> DataPage {
        let encoding = try Self.encoding(data.encoding)
        try count(rows: data.valueCount)
        let content: UnsafeRawBufferPointer
        switch try decompressed(header, data, encoding, body) {
        case .values(let values):
            return DataPage(rowCount: Int(data.valueCount), levels: .none, encoding: encoding, values: values)
        case .content(let other): content = other
        case nil: content = try decompressor.decompress(body, to: Int(header.uncompressedByteCount))
        }
        guard isOptional else {
            return DataPage(rowCount: Int(data.valueCount), levels: .none, encoding: encoding, values: content)
        }
        switch ParquetFormat.Encoding(rawValue: data.definitionLevelEncoding) {
        case .rle:
            guard content.count >= 4 else { throw ParquetFault(.truncated, "a page without definition levels") }
            let length = Int(content.loadUnaligned(as: UInt32.self))
            guard length <= content.count - 4 else {
                throw ParquetFault(.truncated, "definition levels of \(length) bytes in \(content.count - 4)")
            }
            return DataPage(
                rowCount: Int(data.valueCount),
                levels: .rle(UnsafeRawBufferPointer(rebasing: content[4..<4 + length])),
                encoding: encoding, values: UnsafeRawBufferPointer(rebasing: content[(4 + length)...]))
        case .bitPacked:
            let length = (Int(data.valueCount) + 7) / 8
            guard length <= content.count else { throw ParquetFault(.truncated, "definition levels end early") }
            return DataPage(
                rowCount: Int(data.valueCount),
                levels: .bitPacked(UnsafeRawBufferPointer(rebasing: content[..<length])),
                encoding: encoding, values: UnsafeRawBufferPointer(rebasing: content[length...]))
        default:
            throw ParquetFault(.corrupt, "definition levels of encoding \(data.definitionLevelEncoding)")
        }
    }

    private enum Decompressed {
        /// All rows have values, and these are in their final position.
        case values(UnsafeRawBufferPointer)
        /// The page turned out to be of another kind; this is its content.
        case content(UnsafeRawBufferPointer)
    }

    /// Saves a copy of the values: a plain page whose size says that all rows have values is decompressed so that the
    /// values land in their final position. The levels before them overwrite the end of the earlier values, which is
    /// restored.
    private func decompressed(
        _ header: ParquetFormat.PageHeader, _ data: ParquetFormat.DataPageHeader, _ encoding: ParquetFormat.Encoding,
        _ body: UnsafeRawBufferPointer
    ) throws -> Decompressed? {
        let rows = Int(data.valueCount)
        guard let target = plainTarget, encoding == .plain, decompressor.isCompressing, rows > 0 else { return nil }
        let levelBytes = Int(header.uncompressedByteCount) - rows * target.width
        // A run of ones takes 6 to 10 bytes with its length.
        guard levelBytes <= target.before, isOptional ? (6...10).contains(levelBytes) : levelBytes == 0,
            !isOptional || data.definitionLevelEncoding == ParquetFormat.Encoding.rle.rawValue
        else { return nil }
        let output = UnsafeMutableRawBufferPointer(
            start: target.start - levelBytes, count: Int(header.uncompressedByteCount))
        let overwritten = Array(output[..<levelBytes])
        try decompressor.decompress(body, into: output)
        let content = UnsafeRawBufferPointer(output)
        var result = Decompressed.values(UnsafeRawBufferPointer(rebasing: content[levelBytes...]))
        if isOptional {
            let levels = UnsafeRawBufferPointer(rebasing: content[4..<levelBytes])
            if Int(content.loadUnaligned(as: UInt32.self)) != levels.count
                || !ValidityBuilder.isOneRunOfOnes(levels, rows)
            {
                result = .content(try decompressor.keep(content))
            }
        }
        output.copyBytes(from: overwritten)
        return result
    }

    private mutating func readDataPageV2(
        _ header: ParquetFormat.PageHeader, _ data: ParquetFormat.DataPageHeaderV2, _ body: UnsafeRawBufferPointer
    ) throws -> DataPage {
        let encoding = try Self.encoding(data.encoding)
        try count(rows: data.valueCount)
        let repetition = Int(data.repetitionLevelByteCount)
        let definition = Int(data.definitionLevelByteCount)
        guard repetition >= 0, definition >= 0, repetition + definition <= body.count,
            repetition + definition <= Int(header.uncompressedByteCount)
        else {
            throw ParquetFault(.corrupt, "levels of \(repetition) and \(definition) bytes in \(body.count)")
        }
        let packed = UnsafeRawBufferPointer(rebasing: body[(repetition + definition)...])
        let size = Int(header.uncompressedByteCount) - repetition - definition
        let values = data.isCompressed ? try decompressor.decompress(packed, to: size) : packed
        let levels = UnsafeRawBufferPointer(rebasing: body[repetition..<repetition + definition])
        return DataPage(
            rowCount: Int(data.valueCount), levels: isOptional ? .rle(levels) : .none, encoding: encoding,
            values: values, repetitionLevels: UnsafeRawBufferPointer(rebasing: body[..<repetition]))
    }

    private static func encoding(_ code: Int32) throws(ParquetFault) -> ParquetFormat.Encoding {
        guard let encoding = ParquetFormat.Encoding(rawValue: code) else {
            throw ParquetFault(.unsupported, "values of unknown encoding \(code)")
        }
        return encoding
    }

    /// The checksum covers the page's bytes as stored, without the header.
    private func verify(_ body: UnsafeRawBufferPointer, _ stated: Int32) throws(ParquetFault) {
        let actual = PageChecksum.of(body)
        guard actual == UInt32(bitPattern: stated) else {
            throw ParquetFault(
                .checksumMismatch,
                "the page's CRC-32 is \(String(actual, radix: 16)), its header says \(String(UInt32(bitPattern: stated), radix: 16))"
            )
        }
    }
}

/// CRC-32 as in gzip.
enum PageChecksum {
    static func of(_ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0) -> UInt32 {
        // zlib takes a null pointer as a request to restart.
        guard let start = bytes.baseAddress else { return checksum }
        return UInt32(
            truncatingIfNeeded: crc32_z(UInt(checksum), start.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
