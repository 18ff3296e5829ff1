import CStorageKernels
import Columnar

/// The distinct values of a column chunk in order of first appearance, and for each value which one it is.
struct ValueDictionary {
    /// If the range of values is at most this large, the dictionary is built by direct addressing.
    private static let maximumSpan = 1 << 18

    private let entries: ScratchBuffer
    private let entryByteCount: Int
    private let entryCount: Int
    private let indices: ScratchBuffer
    private let valueCount: Int

    /// Nil when a dictionary would be larger than `maximumCount`, or not smaller than the values themselves.
    init?<Element: FixedWidthValue>(
        _ values: UnsafeBufferPointer<Element>, _ range: (minimum: Element, maximum: Element), maximumCount: Int
    ) throws {
        let width = MemoryLayout<Element>.size
        valueCount = values.count
        entries = ScratchBuffer()
        indices = ScratchBuffer()
        let limit = min(maximumCount, values.count)
        let table = ScratchBuffer()
        guard
            let target = try indices.reserve(values.count * 4).bindMemory(to: UInt32.self).baseAddress,
            let dictionary = try entries.reserve(limit * width).bindMemory(to: Element.self).baseAddress
        else { return nil }
        let count: Int64
        if let span = Element.span(range), span <= min(Self.maximumSpan, max(4_096, values.count * 2)) {
            let slots = try table.reserve(span * 4).bindMemory(to: UInt32.self)
            slots.initialize(repeating: 0)
            guard let start = slots.baseAddress else { return nil }
            count = Element.buildDirectly(
                values, minimum: range.minimum, table: start, indices: target, dictionary: dictionary, limit: limit)
        } else {
            let slots = Self.slots(limit)
            guard let start = try table.reserve(slots * 4).bindMemory(to: UInt32.self).baseAddress else { return nil }
            count = Element.buildByHashing(
                values, table: start, slots: slots, indices: target, dictionary: dictionary, limit: limit)
        }
        guard count > 0 else { return nil }
        entryCount = Int(count)
        entryByteCount = entryCount * width
        guard byteCount < values.count * width else { return nil }
    }

    /// The same for byte strings: value i is `bytes[offsets[i] ..< offsets[i + 1]]`.
    init?(
        offsets: UnsafeBufferPointer<Int32>, bytes: UnsafeBufferPointer<UInt8>, maximumByteCount: Int
    ) throws {
        entries = ScratchBuffer()
        indices = ScratchBuffer()
        let valueCount = offsets.count - 1
        self.valueCount = valueCount
        // An entry takes at least the four bytes of its length.
        let limit = min(maximumByteCount / 4, valueCount)
        let slots = Self.slots(limit)
        let table = ScratchBuffer()
        let firstRows = ScratchBuffer()
        guard
            let target = try indices.reserve(valueCount * 4).bindMemory(to: UInt32.self).baseAddress,
            let rows = try firstRows.reserve(limit * 4).bindMemory(to: UInt32.self).baseAddress,
            let start = try table.reserve(slots * 4).bindMemory(to: UInt32.self).baseAddress
        else { return nil }
        let count = parquet_dictionary_bytes(
            offsets.baseAddress, bytes.baseAddress, valueCount, start, slots, target, rows, limit)
        guard count > 0 else { return nil }
        entryCount = Int(count)
        var size = 0
        for entry in 0..<entryCount {
            let row = Int(rows[entry])
            size += 4 + Int(offsets[row + 1] - offsets[row])
        }
        entryByteCount = size
        let plain = Int(offsets[valueCount] - offsets[0]) + 4 * valueCount
        guard size <= maximumByteCount, byteCount < plain else { return nil }
        for entry in 0..<entryCount {
            let row = Int(rows[entry])
            try entries.appendValue(UnsafeRawBufferPointer(bytes), Int(offsets[row])..<Int(offsets[row + 1]))
        }
    }

    /// The same for byte strings whose distinct values are known.
    /// - Parameter indices: `count` numbers of them.
    init?(_ distinct: ByteArrays, indices: ScratchBuffer, count: Int, maximumByteCount: Int) throws {
        entries = ScratchBuffer()
        self.indices = indices
        valueCount = count
        entryCount = distinct.count
        let offsets = distinct.offsets
        entryByteCount = 4 * entryCount + Int(offsets[entryCount])
        guard entryByteCount <= maximumByteCount else { return nil }
        let numbers = UnsafeBufferPointer(
            start: indices.first(count * 4).baseAddress?.assumingMemoryBound(to: UInt32.self), count: count)
        var plain = 4 * count
        offsets.withUnsafeBufferPointer { offsets in
            for number in numbers { plain += Int(offsets[Int(number) + 1] - offsets[Int(number)]) }
        }
        guard byteCount < plain else { return nil }
        try distinct.bytes.withUnsafeBytes { bytes in
            for entry in 0..<entryCount {
                try entries.appendValue(bytes, Int(offsets[entry])..<Int(offsets[entry + 1]))
            }
        }
    }

    /// Whether other encodings are worth trying.
    var isLarge: Bool { entryCount > 4_096 }

    /// The most bytes that dictionary and indices take.
    var byteCount: Int { entryByteCount + valueCount * Int(bitWidth) / 8 }

    /// Writes the dictionary page and all data pages.
    func write(to pages: PageWriter, _ present: Present, rows: Int) throws {
        let encoded = ScratchBuffer()
        try pages.chooseCodec(sample: encode(0..<min(valueCount, ColumnChunkEncoder.pageRows), into: encoded))
        try pages.writeDictionary(entries.first(entryByteCount), count: entryCount)
        try present.forEachPage(rows: rows) { page in
            try pages.writeData(page, .rleDictionary, encode(page.values, into: encoded))
        }
    }

    /// The indices of some values: their width, then RLE.
    private func encode(_ range: Range<Int>, into buffer: ScratchBuffer) throws -> UnsafeRawBufferPointer {
        let target = try buffer.reserve(1 + parquet_rle_bound(range.count, bitWidth))
        guard let start = target.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let source = indices.first(valueCount * 4).baseAddress?.assumingMemoryBound(to: UInt32.self)
        else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        start[0] = UInt8(bitWidth)
        let length = parquet_rle_encode(source + range.lowerBound, range.count, bitWidth, start + 1)
        return UnsafeRawBufferPointer(rebasing: target[..<(1 + length)])
    }

    /// Bits of an index.
    private var bitWidth: UInt32 { UInt32(max(1, Int.bitWidth - (entryCount - 1).leadingZeroBitCount)) }

    /// A table that stays at most half full.
    private static func slots(_ limit: Int) -> Int {
        max(1_024, 1 << (Int.bitWidth - max(1, 2 * limit - 1).leadingZeroBitCount))
    }
}
