import Columnar

/// Columns as 64-bit words, for temporary storage, each of which can be read alone.
struct PackedColumns: Sendable {
    private struct Part: Sendable {
        /// nil for numbers of a coder's texts.
        let type: DataType?
        /// The memory of that coder.
        let memory: Int
        /// In words from the beginning.
        let offset: Int
        let hasValidity: Bool
        /// Of texts.
        let byteCount: Int
        let wordCount: Int
    }

    private let count: Int
    private let parts: [Part]
    let wordCount: Int

    init(_ columns: [TableColumn], count: Int) {
        self.count = count
        var parts: [Part] = []
        var offset = 0
        for column in columns {
            var words = column.validity == nil ? 0 : Bitmap.wordCount(count)
            var type: DataType?, memory = 0, byteCount = 0
            switch column {
            case .plain(let column):
                type = column.type
                byteCount = PackedColumns.byteCount(column)
                words += PackedColumns.valueWords(column.type.physicalType, count, byteCount)
            case .coded(let cells):
                memory = cells.memory
                words += (count + 3) / 4
            }
            parts.append(
                Part(
                    type: type, memory: memory, offset: offset, hasValidity: column.validity != nil,
                    byteCount: byteCount, wordCount: words))
            offset += words
        }
        self.parts = parts
        wordCount = offset
    }

    /// The words of the columns that this was made of.
    func pack(_ columns: [TableColumn]) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: wordCount) { words, initialized in
            words.initialize(repeating: 0)
            initialized = wordCount
            guard let base = words.baseAddress else { return }
            for (part, column) in zip(parts, columns) {
                var target = UnsafeMutableRawPointer(base + part.offset)
                func append(_ bytes: UnsafeRawBufferPointer, words: Int) {
                    if let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: bytes.count) }
                    target += words * 8
                }
                if let validity = column.validity {
                    validity.words.withUnsafeBytes { append($0, words: $0.count / 8) }
                }
                guard case .plain(let column) = column else {
                    guard case .coded(let cells) = column else { continue }
                    cells.codes.withUnsafeBytes { append($0, words: ($0.count + 7) / 8) }
                    continue
                }
                switch column.storage {
                case .boolean(let values): values.words.withUnsafeBytes { append($0, words: $0.count / 8) }
                case .int32(let values): values.withUnsafeBytes { append($0, words: ($0.count + 7) / 8) }
                case .int64(let values): values.withUnsafeBytes { append($0, words: $0.count / 8) }
                case .float32(let values): values.withUnsafeBytes { append($0, words: ($0.count + 7) / 8) }
                case .float64(let values): values.withUnsafeBytes { append($0, words: $0.count / 8) }
                case .bytes(let values):
                    values.offsets.withUnsafeBytes { append($0, words: ($0.count + 7) / 8) }
                    values.bytes.withUnsafeBytes {
                        append(UnsafeRawBufferPointer(rebasing: $0[..<part.byteCount]), words: 0)
                    }
                }
            }
        }
    }

    /// Reads a column back.
    /// - Parameter position: Where the words begin in the storage.
    func column(_ index: Int, at position: Int, in storage: any SpillStorage) throws -> TableColumn {
        let part = parts[index]
        let words = try [UInt64](unsafeUninitializedCapacity: part.wordCount) { buffer, initialized in
            try storage.read(
                at: position + part.offset, into: UnsafeMutableBufferPointer(rebasing: buffer[..<part.wordCount]))
            initialized = part.wordCount
        }
        return try words.withUnsafeBytes { bytes in
            var rest = bytes[...]
            func take<Value: BitwiseCopyable>(_ type: Value.Type, _ count: Int) -> [Value] {
                let size = count * MemoryLayout<Value>.stride
                let values = [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
                    if let target = buffer.baseAddress {
                        UnsafeMutableRawPointer(target).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: rest.prefix(size)).baseAddress.unsafelyUnwrapped,
                            byteCount: size)
                    }
                    initialized = count
                }
                rest = rest.dropFirst((size + 7) / 8 * 8)
                return values
            }
            let bits = Bitmap.wordCount(count)
            let validity = part.hasValidity ? Bitmap(words: take(UInt64.self, bits), count: count) : nil
            guard let type = part.type else {
                return .coded(
                    CodedCells(codes: take(UInt16.self, count), validity: validity, memory: part.memory))
            }
            let values: ColumnStorage =
                switch type.physicalType {
                case .boolean: .boolean(Bitmap(words: take(UInt64.self, bits), count: count))
                case .int32: .int32(take(Int32.self, count))
                case .int64: .int64(take(Int64.self, count))
                case .float32: .float32(take(Float.self, count))
                case .float64: .float64(take(Double.self, count))
                case .bytes:
                    .bytes(ByteArrays(offsets: take(Int32.self, count + 1), bytes: take(UInt8.self, part.byteCount)))
                }
            return .plain(try Column(type: type, storage: values, validity: validity))
        }
    }

    private static func byteCount(_ column: Column) -> Int {
        guard case .bytes(let values) = column.storage else { return 0 }
        return Int(values.offsets[values.count])
    }

    private static func valueWords(_ type: PhysicalType, _ count: Int, _ byteCount: Int) -> Int {
        switch type {
        case .boolean: Bitmap.wordCount(count)
        case .int32, .float32: (count * 4 + 7) / 8
        case .int64, .float64: count
        case .bytes: (count * 4 + 11) / 8 + (byteCount + 7) / 8
        }
    }
}
