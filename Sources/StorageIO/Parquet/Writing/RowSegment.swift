import CStorageKernels
import Columnar

/// Some rows of a batch for a row group.
struct RowSegment: Sendable {
    let batch: CodedBatch
    let rows: Range<Int>

    /// The most bytes that all text and binary values take.
    var textByteCount: Int {
        batch.columns.reduce(0) { sum, values in
            switch values {
            case .coded(let texts): return sum + texts.longest * rows.count
            case .plain(let column):
                guard case .bytes(let values) = column.storage else { return sum }
                return sum + Int(values.offsets[rows.upperBound]) - Int(values.offsets[rows.lowerBound])
            }
        }
    }

    /// One column of all segments, and which of its rows are meant. Nothing is copied if there is only one segment.
    static func column(_ index: Int, of segments: [RowSegment]) -> (CodedBatch.Values, Range<Int>) {
        if segments.count == 1, let only = segments.first { return (only.batch.columns[index], only.rows) }
        let parts = segments.map { segment -> (column: Column, rows: Range<Int>) in
            switch segment.batch.columns[index] {
            case .plain(let column): (column, segment.rows)
            case .coded(let texts): (texts.column(segment.rows), 0..<segment.rows.count)
            }
        }
        let count = segments.reduce(0) { $0 + $1.rows.count }
        guard let type = parts.first?.column.type else { return (.plain(.int32([])), 0..<0) }
        let storage: ColumnStorage =
            switch type.physicalType {
            case .boolean: .boolean(joinBits(parts.map { (booleans($0.column.storage), $0.rows) }, count))
            case .int32: .int32(join(parts, count) { if case .int32(let values) = $0 { values } else { [] } })
            case .int64: .int64(join(parts, count) { if case .int64(let values) = $0 { values } else { [] } })
            case .float32: .float32(join(parts, count) { if case .float32(let values) = $0 { values } else { [] } })
            case .float64: .float64(join(parts, count) { if case .float64(let values) = $0 { values } else { [] } })
            case .bytes: .bytes(joinBytes(parts, count))
            }
        var validity: Bitmap?
        if parts.contains(where: { $0.column.validity != nil }) {
            validity = joinBits(
                parts.map { ($0.column.validity ?? Bitmap(repeating: true, count: $0.column.count), $0.rows) }, count)
        }
        // Type, storage and bitmap come from columns that were valid.
        guard let column = try? Column(type: type, storage: storage, validity: validity) else {
            preconditionFailure("a column of \(type) was joined from others and is inconsistent")
        }
        return (.plain(column), 0..<count)
    }

    private static func join<Element: BitwiseCopyable>(
        _ parts: [(column: Column, rows: Range<Int>)], _ count: Int, _ values: (ColumnStorage) -> [Element]
    ) -> [Element] {
        [Element](unsafeUninitializedCapacity: count) { target, initializedCount in
            for (column, rows) in parts {
                values(column.storage).withUnsafeBufferPointer { source in
                    let part = UnsafeMutableBufferPointer(
                        rebasing: target[initializedCount..<initializedCount + rows.count])
                    _ = part.initialize(fromContentsOf: source[rows])
                }
                initializedCount += rows.count
            }
        }
    }

    private static func booleans(_ storage: ColumnStorage) -> Bitmap {
        if case .boolean(let bits) = storage { bits } else { Bitmap(repeating: false, count: storage.count) }
    }

    private static func joinBits(_ parts: [(bits: Bitmap, rows: Range<Int>)], _ count: Int) -> Bitmap {
        var words = [UInt64](repeating: 0, count: Bitmap.wordCount(count))
        var position = 0
        for (bits, rows) in parts where !rows.isEmpty {
            var packed = [UInt8](repeating: 0, count: (rows.count + 7) / 8)
            parquet_pack_bits(bits.words, rows.lowerBound, rows.count, &packed)
            _ = parquet_copy_bits(packed, &words, position, rows.count)
            position += rows.count
        }
        return Bitmap(words: words, count: count)
    }

    private static func joinBytes(_ parts: [(column: Column, rows: Range<Int>)], _ count: Int) -> ByteArrays {
        var offsets: [Int32] = [0]
        var bytes: [UInt8] = []
        offsets.reserveCapacity(count + 1)
        for (column, rows) in parts {
            guard case .bytes(let values) = column.storage else { continue }
            let start = values.offsets[rows.lowerBound]
            let base = Int32(bytes.count) - start
            bytes.append(contentsOf: values.bytes[Int(start)..<Int(values.offsets[rows.upperBound])])
            for row in rows { offsets.append(values.offsets[row + 1] + base) }
        }
        return ByteArrays(offsets: offsets, bytes: bytes)
    }
}
