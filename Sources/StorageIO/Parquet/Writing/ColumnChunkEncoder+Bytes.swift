import CStorageKernels
import Columnar
import Essentials

extension ColumnChunkEncoder {
    /// Smallest and largest value are recorded up to this length.
    private static let maximumStatisticBytes = 256

    func encode(
        _ values: ByteArrays, _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics, triesDictionary: Bool = true
    ) throws {
        var dense = values
        var first = rows.lowerBound
        if !present.words.isEmpty {
            dense = ByteArrays()
            first = 0
            for row in rows where present.hasValue(row - rows.lowerBound) { dense.append(values[row]) }
        }
        try dense.offsets.withUnsafeBufferPointer { allOffsets in
            try dense.bytes.withUnsafeBufferPointer { bytes in
                let offsets = UnsafeBufferPointer(rebasing: allOffsets[first...first + present.count])
                if options.writeStatistics { Self.note(offsets, UnsafeRawBufferPointer(bytes), in: &statistics) }
                if options.useDictionary, triesDictionary, present.count > 0,
                    let dictionary = try ValueDictionary(
                        offsets: offsets, bytes: bytes, maximumByteCount: Self.dictionaryBytes)
                {
                    try dictionary.write(to: pages, present, rows: rows.count)
                } else {
                    try writePlain(offsets, UnsafeRawBufferPointer(bytes), rows.count, present, pages)
                }
            }
        }
    }

    /// The distinct texts are known: only those that are used get new numbers, in the order of their first row.
    func encode(
        _ texts: CodedTexts, _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics
    ) throws {
        let indices = ScratchBuffer()
        guard options.useDictionary, present.count > 0,
            let target = try indices.reserve(present.count * 4).bindMemory(to: UInt32.self).baseAddress
        else { return try encodePlain(texts, rows, present, pages, &statistics) }
        var numbers = [UInt32](repeating: .max, count: texts.entries.count)
        var used = ByteArrays()
        var count = 0
        numbers.withUnsafeMutableBufferPointer { numbers in
            texts.codes.withUnsafeBufferPointer { codes in
                for row in rows where present.hasValue(row - rows.lowerBound) {
                    let code = Int(codes[row])
                    if numbers[code] == .max {
                        numbers[code] = UInt32(used.count)
                        used.append(texts.entries[code])
                    }
                    target[count] = numbers[code]
                    count += 1
                }
            }
        }
        guard
            let dictionary = try ValueDictionary(
                used, indices: indices, count: count, maximumByteCount: Self.dictionaryBytes)
        else { return try encodePlain(texts, rows, present, pages, &statistics) }
        if options.writeStatistics {
            used.offsets.withUnsafeBufferPointer { offsets in
                used.bytes.withUnsafeBytes { Self.note(offsets, $0, in: &statistics) }
            }
        }
        try dictionary.write(to: pages, present, rows: rows.count)
    }

    private func encodePlain(
        _ texts: CodedTexts, _ rows: Range<Int>, _ present: Present, _ pages: PageWriter,
        _ statistics: inout ParquetFormat.Statistics
    ) throws {
        let column = texts.column(rows), all = 0..<rows.count
        try encode(
            column.byteValues(), all, Present(column.validity, all), pages, &statistics, triesDictionary: false)
    }

    /// Each value after its length. A page ends after ``pageRows`` rows, or once it has ``pageBytes``.
    private func writePlain(
        _ offsets: UnsafeBufferPointer<Int32>, _ bytes: UnsafeRawBufferPointer, _ rowCount: Int, _ present: Present,
        _ pages: PageWriter
    ) throws {
        let content = ScratchBuffer()
        var value = 0
        var start = 0
        while start < rowCount {
            content.clear()
            let firstValue = value
            var end = start
            while end < rowCount, end - start < Self.pageRows, content.count < Self.pageBytes {
                if present.hasValue(end) {
                    try content.appendValue(bytes, Int(offsets[value])..<Int(offsets[value + 1]))
                    value += 1
                }
                end += 1
            }
            try pages.writeData(present.page(start..<end, firstValue: firstValue), .plain, content.contents)
            start = end
        }
    }

    /// Text and bytes are compared as unsigned bytes. Long values are not recorded.
    private static func note(
        _ offsets: UnsafeBufferPointer<Int32>, _ bytes: UnsafeRawBufferPointer,
        in statistics: inout ParquetFormat.Statistics
    ) {
        guard offsets.count > 1 else { return }
        var minimum = value(0)
        var maximum = minimum
        for index in 1..<max(1, offsets.count - 1) {
            let candidate = value(index)
            if precedes(candidate, minimum) {
                minimum = candidate
            } else if precedes(maximum, candidate) {
                maximum = candidate
            }
        }
        if minimum.count <= maximumStatisticBytes { statistics.minimum = Array(minimum) }
        if maximum.count <= maximumStatisticBytes { statistics.maximum = Array(maximum) }

        func value(_ index: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[Int(offsets[index])..<Int(offsets[index + 1])])
        }

        func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
            // Most comparisons end at the first byte.
            guard let first = left.first, let other = right.first, first == other, let start = left.baseAddress,
                let otherStart = right.baseAddress
            else { return (left.first ?? 0, left.count) < (right.first ?? 0, right.count) }
            let order = memcmp(start, otherStart, min(left.count, right.count))
            return order == 0 ? left.count < right.count : order < 0
        }
    }
}
