import CStorageKernels

/// The column chunk of a row group as it is written to the file.
struct EncodedChunk: Sendable {
    var bytes: [UInt8]
    /// Offsets count from the chunk's start.
    var metadata: ParquetFormat.ColumnMetadata
}

/// Writes the pages of one column chunk: levels, compression, headers.
final class PageWriter {
    /// Which rows have values: bits of a bitmap from `offset` on.
    struct Validity {
        var words: UnsafePointer<UInt64>
        var offset: Int
    }

    private let options: ParquetWriteOptions
    private let isOptional: Bool
    private var compressor: PageCompressor
    private let body = ScratchBuffer()
    private(set) var bytes: [UInt8] = []
    private var uncompressedByteCount = 0
    private var dictionaryPageOffset: Int?
    private var dataPageOffset: Int?
    private var encodings: Set<ParquetFormat.Encoding> = []

    init(options: ParquetWriteOptions, isOptional: Bool) throws {
        self.options = options
        self.isOptional = isOptional
        compressor = try PageCompressor(options.compression)
        if isOptional { encodings.insert(.rle) }
    }

    /// Leaves the chunk uncompressed if a sample of its pages does not get smaller: packed bits seldom do, and this
    /// spares readers the decompression. Call it before the first page.
    func chooseCodec(sample: UnsafeRawBufferPointer) throws {
        guard compressor.codec != .uncompressed, sample.count >= 4_096 else { return }
        let part = UnsafeRawBufferPointer(rebasing: sample.prefix(64 << 10))
        let size = try compressor.compress(part).count
        if size * 20 > part.count * 19 { compressor = try PageCompressor(.uncompressed) }
    }

    func writeDictionary(_ values: UnsafeRawBufferPointer, count: Int) throws {
        dictionaryPageOffset = bytes.count
        encodings.insert(.plain)
        var header = ParquetFormat.PageHeader(type: ParquetFormat.PageType.dictionary.rawValue)
        header.dictionary = ParquetFormat.DictionaryPageHeader(
            valueCount: Int32(count), encoding: ParquetFormat.Encoding.plain.rawValue)
        try append(header, levels: nil, values: try compressor.compress(values), uncompressed: values.count)
    }

    /// - Parameters:
    ///   - validity: nil when all rows have values.
    ///   - values: the encoded values of the rows that have one.
    func writeData(
        rows: Int, present: Int, validity: Validity?, encoding: ParquetFormat.Encoding, values: UnsafeRawBufferPointer
    ) throws {
        if dataPageOffset == nil { dataPageOffset = bytes.count }
        encodings.insert(encoding)
        body.clear()
        switch options.dataPageVersion {
        case .v1:
            var header = ParquetFormat.PageHeader(type: ParquetFormat.PageType.data.rawValue)
            header.data = ParquetFormat.DataPageHeader(
                valueCount: Int32(rows), encoding: encoding.rawValue,
                definitionLevelEncoding: ParquetFormat.Encoding.rle.rawValue,
                repetitionLevelEncoding: ParquetFormat.Encoding.rle.rawValue)
            var content = values
            if isOptional {
                _ = try body.append(4)
                let length = try appendLevels(rows, validity)
                body.replace(at: 0, with: UInt32(length))
                try body.append(values)
                content = body.contents
            }
            try append(header, levels: nil, values: try compressor.compress(content), uncompressed: content.count)
        case .v2:
            if isOptional { _ = try appendLevels(rows, validity) }
            var compressed = try compressor.compress(values)
            let isSmaller = compressed.count < values.count
            if !isSmaller { compressed = values }
            var header = ParquetFormat.PageHeader(type: ParquetFormat.PageType.dataV2.rawValue)
            header.dataV2 = ParquetFormat.DataPageHeaderV2(
                valueCount: Int32(rows), nullCount: Int32(rows - present), rowCount: Int32(rows),
                encoding: encoding.rawValue, definitionLevelByteCount: Int32(body.count), repetitionLevelByteCount: 0,
                isCompressed: isSmaller && compressor.codec != .uncompressed)
            try append(header, levels: body.contents, values: compressed, uncompressed: body.count + values.count)
        }
    }

    func finish(
        name: String, type: ParquetFormat.PhysicalType, rowCount: Int, statistics: ParquetFormat.Statistics
    ) -> EncodedChunk {
        EncodedChunk(
            bytes: bytes,
            metadata: ParquetFormat.ColumnMetadata(
                type: type.rawValue, encodings: encodings.map(\.rawValue).sorted(), path: [name],
                codec: compressor.codec.rawValue, valueCount: Int64(rowCount),
                uncompressedByteCount: Int64(uncompressedByteCount), compressedByteCount: Int64(bytes.count),
                dataPageOffset: Int64(dataPageOffset ?? 0),
                dictionaryPageOffset: dictionaryPageOffset.map(Int64.init), statistics: statistics))
    }

    /// Appends definition levels to the body; returns their length.
    private func appendLevels(_ rows: Int, _ validity: Validity?) throws(ParquetFault) -> Int {
        let start = body.count
        let bound = parquet_rle_bound(rows, 1)
        let target = try body.append(bound).assumingMemoryBound(to: UInt8.self)
        let length =
            if let validity {
                parquet_rle_encode_bits(validity.words, validity.offset, rows, target)
            } else {
                Self.repeatedOne(rows, target)
            }
        body.cut(to: start + length)
        return length
    }

    /// One run of `rows` ones.
    private static func repeatedOne(_ rows: Int, _ target: UnsafeMutablePointer<UInt8>) -> Int {
        var header = UInt64(rows) << 1
        var length = 0
        while header >= 0x80 {
            target[length] = UInt8(truncatingIfNeeded: header) | 0x80
            header >>= 7
            length += 1
        }
        target[length] = UInt8(header)
        target[length + 1] = 1
        return length + 2
    }

    private func append(
        _ unsized: ParquetFormat.PageHeader, levels: UnsafeRawBufferPointer?, values: UnsafeRawBufferPointer,
        uncompressed: Int
    ) throws {
        let stored = (levels?.count ?? 0) + values.count
        guard let uncompressedSize = Int32(exactly: uncompressed), let storedSize = Int32(exactly: stored) else {
            throw ParquetFault(.outOfRange, "a page of \(uncompressed) bytes: values are too long")
        }
        var header = unsized
        header.uncompressedByteCount = uncompressedSize
        header.compressedByteCount = storedSize
        if options.writeChecksums {
            let checksum = PageChecksum.of(values, continuing: levels.map { PageChecksum.of($0) } ?? 0)
            header.checksum = Int32(bitPattern: checksum)
        }
        var thrift = ThriftCompactWriter()
        header.write(to: &thrift)
        bytes.append(contentsOf: thrift.bytes)
        if let levels { bytes.append(contentsOf: levels) }
        bytes.append(contentsOf: values)
        uncompressedByteCount += thrift.bytes.count + uncompressed
    }
}
