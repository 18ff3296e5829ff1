import CStorageKernels

/// Decodes a column chunk of numbers within groups or lists: each row's numbers, none for null.
///
/// The levels are Dremel's (Melnik et al., VLDB 2010): a value with the repetition level 0 begins a row, and one below
/// the greatest definition level is missing. Meant for small files that describe something, not for data: numbers
/// become doubles, one at a time.
struct NestedNumbersDecoder {
    /// More values than this are no description.
    static let mostValues = 1 << 24

    let leaf: ParquetLeaf
    private var dictionary: [Double] = []
    private(set) var rows: [[Double]] = []

    init(leaf: ParquetLeaf) { self.leaf = leaf }

    /// - Parameter valueCount: values and nulls, as the chunk's metadata say.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer, codec: ParquetFormat.Codec, valueCount: Int
    ) throws {
        var pages = try PageReader(
            bytes, codec: codec, isOptional: leaf.maximumDefinition > 0, rowCount: valueCount)
        try pages.checkRowCount()
        while let page = try pages.next() {
            switch page {
            case .dictionary(let values, let count): dictionary = try plain(values, count)
            case .data(let page): try decode(page)
            }
        }
    }

    private mutating func decode(_ page: PageReader.DataPage) throws {
        var values = page.values
        var repetitions: [UInt32]?
        var definitions: [UInt32]?
        if case .rle(let first) = page.levels {
            if leaf.maximumRepetition == 0 {
                definitions = try levels(first, leaf.maximumDefinition, page.rowCount)
            } else if let repetition = page.repetitionLevels {
                repetitions = try levels(repetition, leaf.maximumRepetition, page.rowCount)
                definitions = try levels(first, leaf.maximumDefinition, page.rowCount)
            } else {
                // In a page of the first version the repetition levels come first, where others have definition levels.
                repetitions = try levels(first, leaf.maximumRepetition, page.rowCount)
                guard values.count >= 4 else { throw ParquetFault(.truncated, "a page without definition levels") }
                let length = Int(values.loadUnaligned(as: UInt32.self))
                guard length <= values.count - 4 else {
                    throw ParquetFault(.truncated, "definition levels of \(length) bytes in \(values.count - 4)")
                }
                definitions = try levels(
                    UnsafeRawBufferPointer(rebasing: values[4..<4 + length]), leaf.maximumDefinition, page.rowCount)
                values = UnsafeRawBufferPointer(rebasing: values[(4 + length)...])
            }
        } else if leaf.maximumDefinition > 0 {
            throw ParquetFault(.unsupported, "levels of nested values that are not RLE")
        }
        let isPresent = definitions.map { levels in levels.map { $0 == UInt32(leaf.maximumDefinition) } }
        let present = isPresent?.reduce(0) { $0 + ($1 ? 1 : 0) } ?? page.rowCount
        let numbers = try numbers(values, page.encoding, present)
        var next = 0
        for position in 0..<page.rowCount {
            if repetitions?[position] ?? 0 == 0 { rows.append([]) }
            guard isPresent?[position] ?? true else { continue }
            guard !rows.isEmpty else { throw ParquetFault(.corrupt, "the first value continues a row") }
            rows[rows.count - 1].append(numbers[next])
            next += 1
        }
    }

    private func levels(
        _ bytes: UnsafeRawBufferPointer, _ maximum: Int, _ count: Int
    ) throws(ParquetFault) -> [UInt32] {
        let width = UInt32(Int.bitWidth - maximum.leadingZeroBitCount)
        return try Self.runs(bytes, width: width, count, "levels")
    }

    /// RLE and bit-packed runs.
    private static func runs(
        _ bytes: UnsafeRawBufferPointer, width: UInt32, _ count: Int, _ what: String
    ) throws(ParquetFault) -> [UInt32] {
        var values = [UInt32](repeating: 0, count: count)
        try kernel(what) {
            values.withUnsafeMutableBufferPointer {
                parquet_rle_decode(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, width, $0.baseAddress, count)
            }
        }
        return values
    }

    private func numbers(
        _ bytes: UnsafeRawBufferPointer, _ encoding: ParquetFormat.Encoding, _ count: Int
    ) throws(ParquetFault) -> [Double] {
        guard count > 0 else { return [] }
        switch encoding {
        case .plain:
            return try plain(bytes, count)
        case .plainDictionary, .rleDictionary:
            guard let width = bytes.first, width <= 32 else {
                throw ParquetFault(.truncated, "dictionary indices without their width")
            }
            let indices = try Self.runs(
                UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), width: UInt32(width), count, "dictionary indices")
            var values: [Double] = []
            values.reserveCapacity(count)
            for index in indices {
                guard Int(index) < dictionary.count else {
                    throw ParquetFault(.corrupt, "index \(index) in a dictionary of \(dictionary.count)")
                }
                values.append(dictionary[Int(index)])
            }
            return values
        case .rle where leaf.physicalType == .boolean:
            guard bytes.count >= 4 else { throw truncated(count, bytes) }
            let length = Int(bytes.loadUnaligned(as: UInt32.self))
            guard length <= bytes.count - 4 else {
                throw ParquetFault(.truncated, "values of \(length) bytes in \(bytes.count - 4)")
            }
            return try Self.runs(
                UnsafeRawBufferPointer(rebasing: bytes[4..<4 + length]), width: 1, count, "booleans"
            ).map { Double($0) }
        default:
            throw ParquetFault(.unsupported, "nested values of encoding \(encoding)")
        }
    }

    /// Little-endian numbers, or bits from the least significant on.
    private func plain(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws(ParquetFault) -> [Double] {
        let width: Int
        switch leaf.physicalType {
        case .boolean:
            guard bytes.count >= (count + 7) / 8 else { throw truncated(count, bytes) }
            return (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 ? 1 : 0 }
        case .int32, .float: width = 4
        case .int64, .double: width = 8
        default: throw ParquetFault(.unsupported, "nested values that are not numbers")
        }
        guard count <= bytes.count / width else { throw truncated(count, bytes) }
        let type = leaf.physicalType
        return (0..<count).map { position in
            let offset = position * width
            return switch type {
            case .int32: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            case .float: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
            case .int64: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
            default: bytes.loadUnaligned(fromByteOffset: offset, as: Double.self)
            }
        }
    }

    private func truncated(_ count: Int, _ bytes: UnsafeRawBufferPointer) -> ParquetFault {
        ParquetFault(.truncated, "\(count) values in \(bytes.count) bytes")
    }
}
