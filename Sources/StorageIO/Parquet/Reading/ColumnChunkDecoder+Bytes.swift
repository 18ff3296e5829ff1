import CStorageKernels
import Columnar
import Essentials

extension ColumnChunkDecoder {
    /// Values of any length, of a fixed one, and of INT96's 12 bytes.
    mutating func decodeBytes() throws -> ByteArrays {
        let content = ScratchBuffer()
        let lengths = ScratchBuffer()
        let indices = ScratchBuffer()
        var dictionary = ByteArrays()
        let offsets = try [Int32](unsafeUninitializedCapacity: rowCount + 1) { offsets, initializedCount in
            offsets.initializeElement(at: 0, to: 0)
            var row = 0
            var end = 0
            while let page = try pages.next() {
                switch page {
                case .dictionary(let values, let count):
                    dictionary = try decodeDictionary(values, count)
                case .data(let page):
                    let present = try validity.append(page.levels, rowCount: page.rowCount)
                    let pageLengths = try lengths.reserve(present * 4).bindMemory(to: Int32.self)
                    if present > 0 {
                        try decodePage(page, pageLengths, dictionary, indices, to: content)
                    }
                    guard content.count <= Int(Int32.max) else {
                        throw ParquetFault(.outOfRange, "the values of a row group are longer than 2 GiB in all")
                    }
                    var next = 0
                    for target in row..<row + page.rowCount {
                        if present == page.rowCount || validity.hasValue(target) {
                            end += Int(pageLengths[next])
                            next += 1
                        }
                        offsets.initializeElement(at: target + 1, to: Int32(truncatingIfNeeded: end))
                    }
                    row += page.rowCount
                }
            }
            initializedCount = rowCount + 1
        }
        return ByteArrays(offsets: offsets, bytes: Array(content.contents))
    }

    private func decodeDictionary(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws -> ByteArrays {
        // A value takes at least a byte of a page, or four for its length.
        guard count <= bytes.count else {
            throw ParquetFault(.truncated, "a dictionary of \(count) values in \(bytes.count) bytes")
        }
        let content = ScratchBuffer()
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        let lengths = ScratchBuffer()
        let each = try lengths.reserve(count * 4).bindMemory(to: Int32.self)
        if column.physicalType == .byteArray {
            try Self.decodePlain(bytes, each, to: content)
        } else {
            try decodeFixedLength(bytes, each, to: content)
        }
        for length in each { offsets.append((offsets.last ?? 0) + length) }
        return ByteArrays(offsets: offsets, bytes: Array(content.contents))
    }

    /// Appends the bytes of `lengths.count` values and returns the length of each.
    private func decodePage(
        _ page: PageReader.DataPage, _ lengths: UnsafeMutableBufferPointer<Int32>, _ dictionary: ByteArrays,
        _ indices: ScratchBuffer, to content: ScratchBuffer
    ) throws {
        let isFixed = column.physicalType != .byteArray
        switch page.encoding {
        case .plain where isFixed: try decodeFixedLength(page.values, lengths, to: content)
        case .plain: try Self.decodePlain(page.values, lengths, to: content)
        case .plainDictionary, .rleDictionary:
            let each = try indices.reserve(lengths.count * 4).bindMemory(to: UInt32.self)
            try Self.decodeIndices(page.values, each)
            try Self.gather(dictionary, each, lengths, to: content)
        case .deltaLengthByteArray where !isFixed:
            try Self.decodeDeltaLength(page.values, lengths, to: content)
        case .deltaByteArray:
            let prefixes = try indices.reserve(lengths.count * 4).bindMemory(to: Int32.self)
            try decodeDelta(page.values, prefixes, lengths, to: content)
        case .byteStreamSplit where isFixed:
            guard page.values.count / column.byteWidth >= lengths.count, let source = page.values.baseAddress else {
                throw ParquetFault(.truncated, "\(lengths.count) values in \(page.values.count) bytes")
            }
            let target = try content.append(lengths.count * column.byteWidth)
            parquet_byte_stream_join(
                source.assumingMemoryBound(to: UInt8.self), lengths.count, column.byteWidth,
                target.assumingMemoryBound(to: UInt8.self))
            lengths.initialize(repeating: Int32(column.byteWidth))
        default: throw unexpectedEncoding(page.encoding)
        }
    }

    /// Each value after its length in four bytes.
    private static func decodePlain(
        _ bytes: UnsafeRawBufferPointer, _ lengths: UnsafeMutableBufferPointer<Int32>, to content: ScratchBuffer
    ) throws(ParquetFault) {
        guard lengths.count * 4 <= bytes.count, let source = bytes.baseAddress else {
            guard lengths.isEmpty else {
                throw ParquetFault(.truncated, "\(lengths.count) values in \(bytes.count) bytes")
            }
            return
        }
        // All values together are at most the page's bytes without the lengths.
        let before = content.count
        let target = try content.append(bytes.count - lengths.count * 4)
        var position = 0
        var written = 0
        for index in 0..<lengths.count {
            guard bytes.count - position >= 4 else { throw ParquetFault(.truncated, "values end early") }
            let length = Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            position += 4
            // The lengths of the remaining values were reserved, so this also bounds what is written.
            guard length <= bytes.count - position - (lengths.count - index - 1) * 4 else {
                throw ParquetFault(.truncated, "a value of \(length) bytes where \(bytes.count - position) are left")
            }
            (target + written).copyMemory(from: source + position, byteCount: length)
            position += length
            written += length
            lengths.initializeElement(at: index, to: Int32(truncatingIfNeeded: length))
        }
        content.cut(to: before + written)
    }

    private func decodeFixedLength(
        _ bytes: UnsafeRawBufferPointer, _ lengths: UnsafeMutableBufferPointer<Int32>, to content: ScratchBuffer
    ) throws(ParquetFault) {
        guard bytes.count / column.byteWidth >= lengths.count else {
            throw ParquetFault(
                .truncated, "\(lengths.count) values of \(column.byteWidth) bytes in \(bytes.count)")
        }
        try content.append(UnsafeRawBufferPointer(rebasing: bytes[..<(lengths.count * column.byteWidth)]))
        lengths.initialize(repeating: Int32(column.byteWidth))
    }

    private static func decodeIndices(
        _ bytes: UnsafeRawBufferPointer, _ indices: UnsafeMutableBufferPointer<UInt32>
    ) throws(ParquetFault) {
        guard let width = bytes.first, let source = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw ParquetFault(.truncated, "dictionary indices without their width")
        }
        try kernel("dictionary indices") {
            parquet_rle_decode(source + 1, bytes.count - 1, UInt32(width), indices.baseAddress, indices.count)
        }
    }

    private static func gather(
        _ dictionary: ByteArrays, _ indices: UnsafeMutableBufferPointer<UInt32>,
        _ lengths: UnsafeMutableBufferPointer<Int32>, to content: ScratchBuffer
    ) throws {
        try dictionary.offsets.withUnsafeBufferPointer { offsets in
            var total = 0
            for (position, index) in indices.enumerated() {
                guard index < dictionary.count else {
                    throw ParquetFault(.corrupt, "index \(index) in a dictionary of \(dictionary.count)")
                }
                let length = offsets[Int(index) + 1] - offsets[Int(index)]
                lengths.initializeElement(at: position, to: length)
                total += Int(length)
            }
            guard content.count + total <= Int(Int32.max) else {
                throw ParquetFault(.outOfRange, "the values of a row group are longer than 2 GiB in all")
            }
            var target = try content.append(total)
            dictionary.bytes.withUnsafeBytes { bytes in
                guard let source = bytes.baseAddress else { return }
                for (position, index) in indices.enumerated() {
                    target.copyMemory(from: source + Int(offsets[Int(index)]), byteCount: Int(lengths[position]))
                    target += Int(lengths[position])
                }
            }
        }
    }

    /// All lengths, delta-encoded, then all bytes.
    private static func decodeDeltaLength(
        _ bytes: UnsafeRawBufferPointer, _ lengths: UnsafeMutableBufferPointer<Int32>, to content: ScratchBuffer
    ) throws(ParquetFault) {
        let used = try decodeLengths(bytes, lengths)
        var total = 0
        for length in lengths {
            guard length >= 0 else { throw ParquetFault(.corrupt, "a value of \(length) bytes") }
            total += Int(length)
        }
        guard total <= bytes.count - used else {
            throw ParquetFault(.truncated, "values of \(total) bytes where \(bytes.count - used) are left")
        }
        try content.append(UnsafeRawBufferPointer(rebasing: bytes[used..<used + total]))
    }

    /// How much each value shares with the one before it, then the rest of each as `DELTA_LENGTH_BYTE_ARRAY`.
    private func decodeDelta(
        _ bytes: UnsafeRawBufferPointer, _ prefixes: UnsafeMutableBufferPointer<Int32>,
        _ lengths: UnsafeMutableBufferPointer<Int32>, to content: ScratchBuffer
    ) throws(ParquetFault) {
        var position = try Self.decodeLengths(bytes, prefixes)
        position += try Self.decodeLengths(UnsafeRawBufferPointer(rebasing: bytes[position...]), lengths)
        var previous = 0..<0
        for index in 0..<lengths.count {
            let (prefix, suffix) = (Int(prefixes[index]), Int(lengths[index]))
            guard prefix >= 0, prefix <= previous.count else {
                throw ParquetFault(.corrupt, "a value shares \(prefix) bytes with one of \(previous.count)")
            }
            guard suffix >= 0, suffix <= bytes.count - position else {
                throw ParquetFault(.truncated, "a value of \(suffix) bytes where \(bytes.count - position) are left")
            }
            guard column.physicalType == .byteArray || prefix + suffix == column.byteWidth else {
                throw ParquetFault(.corrupt, "a value of \(prefix + suffix) bytes, not \(column.byteWidth)")
            }
            let start = content.count
            guard start + prefix + suffix <= Int(Int32.max) else {
                throw ParquetFault(.outOfRange, "the values of a row group are longer than 2 GiB in all")
            }
            let target = try content.append(prefix + suffix)
            if let earlier = content.contents.baseAddress {
                target.copyMemory(from: earlier + previous.lowerBound, byteCount: prefix)
            }
            if let source = bytes.baseAddress {
                (target + prefix).copyMemory(from: source + position, byteCount: suffix)
            }
            position += suffix
            previous = start..<start + prefix + suffix
            lengths[index] = Int32(prefix + suffix)
        }
    }

    /// Returns the bytes used.
    private static func decodeLengths(
        _ bytes: UnsafeRawBufferPointer, _ lengths: UnsafeMutableBufferPointer<Int32>
    ) throws(ParquetFault) -> Int {
        try kernel("delta-encoded lengths") {
            parquet_delta_decode32(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                UnsafeMutableRawPointer(lengths.baseAddress)?.assumingMemoryBound(to: UInt32.self), lengths.count)
        }
    }
}
