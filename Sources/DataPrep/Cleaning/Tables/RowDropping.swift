import Columnar

/// Joins columns without the rows that are dropped.
enum RowDropping {
    /// A column and the rows of it that are dropped, ascending.
    typealias Source = (column: Column, dropped: [Int])

    static func join(_ sources: [Source], type: DataType) throws(ColumnarError) -> Column {
        let count = sources.reduce(0) { $0 + $1.column.count - $1.dropped.count }
        let values: ColumnStorage
        switch type.physicalType {
        case .boolean:
            values = .boolean(
                bits(sources, count) { column in
                    guard case .boolean(let bits) = column.storage else { return nil }
                    return bits
                })
        case .int32: values = .int32(fixed(sources, count) { if case .int32(let values) = $0 { values } else { [] } })
        case .int64: values = .int64(fixed(sources, count) { if case .int64(let values) = $0 { values } else { [] } })
        case .float32:
            values = .float32(fixed(sources, count) { if case .float32(let values) = $0 { values } else { [] } })
        case .float64:
            values = .float64(fixed(sources, count) { if case .float64(let values) = $0 { values } else { [] } })
        case .bytes: values = .bytes(texts(sources, count))
        }
        let hasNulls = sources.contains { $0.column.validity != nil }
        return try Column(
            type: type, storage: values, validity: hasNulls ? bits(sources, count) { $0.validity } : nil)
    }

    /// The same for numbers of texts.
    static func join(_ sources: [(cells: CodedCells, dropped: [Int])], _ texts: ParsingMemories.Texts) -> CodedTexts {
        let count = sources.reduce(0) { $0 + $1.cells.codes.count - $1.dropped.count }
        let codes = [UInt32](unsafeUninitializedCapacity: count) { target, initialized in
            for (cells, dropped) in sources {
                texts.numbers[cells.memory].withUnsafeBufferPointer { numbers in
                    cells.codes.withUnsafeBufferPointer { codes in
                        forEachRun(codes.count, dropped) { run in
                            for row in run {
                                target.initializeElement(at: initialized, to: numbers[Int(codes[row])])
                                initialized += 1
                            }
                        }
                    }
                }
            }
        }
        let hasNulls = sources.contains { $0.cells.validity != nil }
        let validity = bits(sources.map { ($0.cells.validity, $0.cells.codes.count, $0.dropped) }, count)
        return CodedTexts(codes: codes, validity: hasNulls ? validity : nil, entries: texts.entries)
    }

    /// The ranges of rows that stay.
    @inline(__always)
    private static func forEachRun(_ source: Source, _ body: (Range<Int>) -> Void) {
        forEachRun(source.column.count, source.dropped, body)
    }

    @inline(__always)
    private static func forEachRun(_ count: Int, _ dropped: [Int], _ body: (Range<Int>) -> Void) {
        var start = 0
        for row in dropped {
            if row > start { body(start..<row) }
            start = row + 1
        }
        if start < count { body(start..<count) }
    }

    private static func fixed<Value: BitwiseCopyable>(
        _ sources: [Source], _ count: Int, _ values: (ColumnStorage) -> [Value]
    ) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { target, initialized in
            for source in sources {
                values(source.column.storage).withUnsafeBufferPointer { values in
                    forEachRun(source) { run in
                        _ = target[initialized...].update(fromContentsOf: values[run])
                        initialized += run.count
                    }
                }
            }
        }
    }

    private static func texts(_ sources: [Source], _ count: Int) -> ByteArrays {
        var size = 0
        let arrays = sources.map { source -> ByteArrays in
            guard case .bytes(let values) = source.column.storage else { return ByteArrays() }
            forEachRun(source) { size += Int(values.offsets[$0.upperBound] - values.offsets[$0.lowerBound]) }
            return values
        }
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, initialized in
            for (source, values) in zip(sources, arrays) {
                values.bytes.withUnsafeBufferPointer { bytes in
                    values.offsets.withUnsafeBufferPointer { own in
                        forEachRun(source) { run in
                            let start = own[run.lowerBound], end = own[run.upperBound]
                            let shift = Int32(truncatingIfNeeded: initialized) - start
                            _ = target[initialized...].update(fromContentsOf: bytes[Int(start)..<Int(end)])
                            initialized += Int(end - start)
                            for row in run { offsets.append(own[row + 1] + shift) }
                        }
                    }
                }
            }
        }
        return ByteArrays(offsets: offsets, bytes: bytes)
    }

    private static func bits(_ sources: [Source], _ count: Int, _ bits: (Column) -> Bitmap?) -> Bitmap {
        self.bits(sources.map { (bits($0.column), $0.column.count, $0.dropped) }, count)
    }

    /// - Parameter sources: bits, nil for ones; how many there are; those that are dropped.
    private static func bits(
        _ sources: [(bits: Bitmap?, count: Int, dropped: [Int])], _ count: Int
    ) -> Bitmap {
        var words = [UInt64](repeating: 0, count: Bitmap.wordCount(count))
        var position = 0
        for source in sources {
            forEachRun(source.count, source.dropped) { run in
                for row in run {
                    if source.bits?[row] ?? true { words[position >> 6] |= 1 << UInt64(position & 63) }
                    position += 1
                }
            }
        }
        return Bitmap(words: words, count: count)
    }
}
