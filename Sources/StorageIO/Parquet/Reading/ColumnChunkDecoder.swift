import CStorageKernels
import Columnar
import Essentials

/// Decodes one column chunk.
struct ColumnChunkDecoder {
    let column: ParquetColumn
    let rowCount: Int
    var pages: PageReader
    var validity: ValidityBuilder

    init(
        _ bytes: UnsafeRawBufferPointer, column: ParquetColumn, codec: ParquetFormat.Codec, rowCount: Int
    ) throws(ParquetFault) {
        self.column = column
        self.rowCount = rowCount
        pages = try PageReader(bytes, codec: codec, isOptional: column.isOptional, rowCount: rowCount)
        validity = ValidityBuilder(rowCount: rowCount)
    }

    mutating func decode() throws -> Column {
        try pages.checkRowCount()
        let storage: ColumnStorage =
            switch column.physicalType {
            case .boolean: .boolean(try decodeBooleans())
            case .int32: try convert(try decodeFixed(Int32.self))
            case .int64: try convert(try decodeFixed(Int64.self))
            case .float: .float32(try decodeFixed(Float.self))
            case .double: .float64(try decodeFixed(Double.self))
            case .byteArray, .fixedLengthByteArray, .int96: try convert(try decodeBytes())
            }
        return try Column(type: column.type, storage: storage, validity: validity.bitmap)
    }

    /// Values of four or eight bytes, straight into the array that the column will own.
    private mutating func decodeFixed<Element: BitwiseCopyable>(_: Element.Type) throws -> [Element] {
        guard rowCount > 0 else { return [] }
        return try [Element](unsafeUninitializedCapacity: rowCount) { buffer, initializedCount in
            guard let start = buffer.baseAddress else { return }
            storage_advise_large_pages(start, rowCount * MemoryLayout<Element>.size)
            let dictionary = ScratchBuffer()
            let width = MemoryLayout<Element>.size
            var row = 0
            while true {
                pages.plainTarget = PageReader.PlainTarget(start: start + row, before: row * width, width: width)
                guard let page = try pages.next() else { break }
                switch page {
                case .dictionary(let values, let count):
                    let size = count * width
                    guard size <= values.count else {
                        throw ParquetFault(.truncated, "a dictionary of \(count) values in \(values.count) bytes")
                    }
                    dictionary.clear()
                    try dictionary.append(UnsafeRawBufferPointer(rebasing: values[..<size]))
                case .data(let page):
                    let present = try validity.append(page.levels, rowCount: page.rowCount)
                    try decodeFixedPage(page, present, dictionary.contents, into: start + row)
                    validity.spread(start + row, present: present, pageRows: page.rowCount)
                    row += page.rowCount
                }
            }
            initializedCount = rowCount
        }
    }

    private func decodeFixedPage<Element: BitwiseCopyable>(
        _ page: PageReader.DataPage, _ present: Int, _ dictionary: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<Element>
    ) throws {
        guard present > 0 else { return }
        let width = MemoryLayout<Element>.size
        let raw = UnsafeMutableRawPointer(out)
        let source = page.values.baseAddress?.assumingMemoryBound(to: UInt8.self)
        switch page.encoding {
        case .plain, .byteStreamSplit:
            guard let source, page.values.count / width >= present else {
                throw ParquetFault(.truncated, "\(present) values of \(width) bytes in \(page.values.count)")
            }
            if page.encoding == .plain {
                // Nothing to do if the values were decompressed in their final position.
                if source != UnsafePointer(raw.assumingMemoryBound(to: UInt8.self)) {
                    raw.copyMemory(from: source, byteCount: present * width)
                }
            } else {
                parquet_byte_stream_join(source, present, width, raw.assumingMemoryBound(to: UInt8.self))
            }
        case .plainDictionary, .rleDictionary:
            guard let source, let bits = page.values.first else {
                throw ParquetFault(.truncated, "dictionary indices without their width")
            }
            try kernel("dictionary indices") {
                if width == 4 {
                    parquet_rle_gather32(
                        source + 1, page.values.count - 1, UInt32(bits),
                        dictionary.baseAddress?.assumingMemoryBound(to: UInt32.self), dictionary.count / 4,
                        raw.assumingMemoryBound(to: UInt32.self), present)
                } else {
                    parquet_rle_gather64(
                        source + 1, page.values.count - 1, UInt32(bits),
                        dictionary.baseAddress?.assumingMemoryBound(to: UInt64.self), dictionary.count / 8,
                        raw.assumingMemoryBound(to: UInt64.self), present)
                }
            }
        case .deltaBinaryPacked where column.physicalType == .int32:
            try kernel("delta-encoded values") {
                parquet_delta_decode32(source, page.values.count, raw.assumingMemoryBound(to: UInt32.self), present)
            }
        case .deltaBinaryPacked where column.physicalType == .int64:
            try kernel("delta-encoded values") {
                parquet_delta_decode64(source, page.values.count, raw.assumingMemoryBound(to: UInt64.self), present)
            }
        default:
            throw unexpectedEncoding(page.encoding)
        }
    }

    private mutating func decodeBooleans() throws -> Bitmap {
        var words = [UInt64](repeating: 0, count: Bitmap.wordCount(rowCount))
        var row = 0
        while let page = try pages.next() {
            guard case .data(let page) = page else { throw ParquetFault(.corrupt, "a dictionary of booleans") }
            let present = try validity.append(page.levels, rowCount: page.rowCount)
            if present == page.rowCount {
                try Self.decodeBooleanPage(page, present, into: &words, at: row)
            } else if present > 0 {
                var dense = [UInt64](repeating: 0, count: Bitmap.wordCount(present))
                try Self.decodeBooleanPage(page, present, into: &dense, at: 0)
                var next = 0
                for target in row..<row + page.rowCount where validity.hasValue(target) {
                    words[target >> 6] |= (dense[next >> 6] >> UInt64(next & 63) & 1) << UInt64(target & 63)
                    next += 1
                }
            }
            row += page.rowCount
        }
        return Bitmap(words: words, count: rowCount)
    }

    private static func decodeBooleanPage(
        _ page: PageReader.DataPage, _ present: Int, into words: inout [UInt64], at bit: Int
    ) throws(ParquetFault) {
        guard present > 0 else { return }
        let source = page.values.baseAddress?.assumingMemoryBound(to: UInt8.self)
        switch page.encoding {
        case .plain:
            guard let source, page.values.count >= (present + 7) / 8 else {
                throw ParquetFault(.truncated, "\(present) booleans in \(page.values.count) bytes")
            }
            _ = parquet_copy_bits(source, &words, bit, present)
        case .rle:
            guard let source, page.values.count >= 4 else {
                throw ParquetFault(.truncated, "booleans without their length")
            }
            let length = Int(page.values.loadUnaligned(as: UInt32.self))
            guard length <= page.values.count - 4 else {
                throw ParquetFault(.truncated, "booleans of \(length) bytes in \(page.values.count - 4)")
            }
            var ones = 0
            try kernel("booleans") { parquet_rle_bits(source + 4, length, &words, bit, present, &ones) }
        default:
            throw ParquetFault(.unsupported, "booleans of encoding \(page.encoding)")
        }
    }

    func unexpectedEncoding(_ encoding: ParquetFormat.Encoding) -> ParquetFault {
        ParquetFault(.corrupt, "encoding \(encoding) does not fit values of type \(column.physicalType)")
    }
}
