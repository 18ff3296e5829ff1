import CStorageKernels
import Columnar

/// Encodes one column of a row group.
struct ColumnChunkEncoder {
    /// Rows of a page: a quarter of a MiB of 8-byte values, which stays in the cache.
    static let pageRows = 32_768
    /// A page of long values ends early, once it has so many bytes.
    static let pageBytes = 1 << 20
    /// The dictionary of a column chunk has at most so many bytes.
    static let dictionaryBytes = 1 << 20

    let field: Field
    let options: ParquetWriteOptions

    /// - Throws: ``ParquetError`` naming the column.
    func encode(_ part: (values: CodedBatch.Values, rows: Range<Int>)) throws -> EncodedChunk {
        do {
            let pages = try PageWriter(options: options, isOptional: field.isNullable)
            var statistics = ParquetFormat.Statistics()
            let present = Present(part.values.validity, part.rows)
            switch part.values {
            case .coded(let texts): try encode(texts, part.rows, present, pages, &statistics)
            case .plain(let column): try encode(column.storage, part.rows, present, pages, &statistics)
            }
            statistics.nullCount = Int64(part.rows.count - present.count)
            return pages.finish(
                name: field.name, type: ParquetFormat.PhysicalType(field.type), rowCount: part.rows.count,
                statistics: statistics)
        } catch let fault as ParquetFault {
            throw ParquetError(fault.code, file: "Parquet writer", column: field.name, message: fault.message)
        } catch let error as CompressionError {
            throw ParquetError(.outOfRange, file: "Parquet writer", column: field.name, message: "\(error)")
        }
    }

    private func encode(
        _ storage: ColumnStorage, _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics
    ) throws {
        switch storage {
        case .boolean(let bits): try encode(bits, rows, present, pages, &statistics)
        case .int32(let values): try encodeFixed(values, rows, present, pages, &statistics)
        case .int64(let values): try encodeFixed(values, rows, present, pages, &statistics)
        case .float32(let values): try encodeFixed(values, rows, present, pages, &statistics)
        case .float64(let values): try encodeFixed(values, rows, present, pages, &statistics)
        case .bytes(let values): try encode(values, rows, present, pages, &statistics)
        }
    }

    private func encodeFixed<Element: FixedWidthValue>(
        _ values: [Element], _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics
    ) throws {
        let scratch = ScratchBuffer()
        try values.withUnsafeBufferPointer { all in
            let dense: UnsafeBufferPointer<Element>
            if present.words.isEmpty {
                dense = UnsafeBufferPointer(rebasing: all[rows])
            } else {
                let target = try scratch.reserve(rows.count * MemoryLayout<Element>.size)
                dense = Element.compact(
                    UnsafeBufferPointer(rebasing: all[rows]), present.words, present.offset,
                    into: target.bindMemory(to: Element.self))
            }
            guard !dense.isEmpty else {
                try present.forEachPage(rows: rows.count) { page in
                    try pages.writeData(page, .plain, UnsafeRawBufferPointer(start: nil, count: 0))
                }
                return
            }
            let range = Element.range(dense)
            if options.writeStatistics { Element.note(range, in: &statistics) }
            let deltas = options.useDelta ? try DeltaPages(dense) : nil
            // For steadily ascending values the number of distinct ones need not be counted.
            if options.useDictionary, deltas?.isTiny != true,
                let dictionary = try ValueDictionary(
                    dense, range, maximumCount: Self.dictionaryBytes / MemoryLayout<Element>.size),
                !dictionary.isLarge || dictionary.byteCount < deltas?.byteCount ?? .max
            {
                try dictionary.write(to: pages, present, rows: rows.count)
            } else if let deltas {
                try deltas.write(to: pages, present, rows: rows.count)
            } else {
                try writePlain(dense, rows.count, present, pages)
            }
        }
    }

    private func writePlain<Element: FixedWidthValue>(
        _ values: UnsafeBufferPointer<Element>, _ rowCount: Int, _ present: Present, _ pages: PageWriter
    ) throws {
        func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[range]))
        }
        try pages.chooseCodec(sample: bytes(0..<min(values.count, Self.pageRows)))
        try present.forEachPage(rows: rowCount) { try pages.writeData($0, .plain, bytes($0.values)) }
    }

    private func encode(
        _ bits: Bitmap, _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics
    ) throws {
        var dense = bits.words
        var offset = rows.lowerBound
        if !present.words.isEmpty {
            dense = Bitmap(rows.lazy.filter { present.hasValue($0 - rows.lowerBound) }.map { bits[$0] }).words
            offset = 0
        }
        if options.writeStatistics, present.count > 0 {
            let ones = parquet_count_bits(dense, offset, present.count)
            statistics.minimum = [ones == present.count ? 1 : 0]
            statistics.maximum = [ones > 0 ? 1 : 0]
        }
        try present.forEachPage(rows: rows.count) { page in
            var packed = [UInt8](repeating: 0, count: (page.values.count + 7) / 8)
            if !page.values.isEmpty {
                parquet_pack_bits(dense, offset + page.values.lowerBound, page.values.count, &packed)
            }
            try packed.withUnsafeBytes { try pages.writeData(page, .plain, $0) }
        }
    }
}

extension PageWriter {
    func writeData(
        _ page: Present.Page, _ encoding: ParquetFormat.Encoding, _ values: UnsafeRawBufferPointer
    ) throws {
        guard !page.validity.isEmpty else {
            try writeData(
                rows: page.rows.count, present: page.values.count, validity: nil, encoding: encoding, values: values)
            return
        }
        try page.validity.withUnsafeBufferPointer { words in
            try writeData(
                rows: page.rows.count, present: page.values.count,
                validity: words.baseAddress.map { Validity(words: $0, offset: page.validityOffset) },
                encoding: encoding, values: values)
        }
    }
}
