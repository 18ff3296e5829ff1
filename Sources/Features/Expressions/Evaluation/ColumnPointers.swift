import Columnar

/// The memory of a batch's column, for reading single rows.
struct ColumnPointers {
    private(set) var float64 = UnsafeBufferPointer<Double>(start: nil, count: 0)
    private(set) var int32 = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    private(set) var int64 = UnsafeBufferPointer<Int64>(start: nil, count: 0)
    /// Of booleans, 64 a word.
    private(set) var words = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
    /// Of texts.
    private(set) var offsets = UnsafeBufferPointer<Int32>(start: nil, count: 0)
    private(set) var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// Empty if no row is null.
    private var validity = UnsafeBufferPointer<UInt64>(start: nil, count: 0)

    @inline(__always)
    func isNull(_ row: Int) -> Bool { !validity.isEmpty && !ColumnPointers.bit(validity, row) }

    @inline(__always)
    static func bit(_ words: UnsafeBufferPointer<UInt64>, _ index: Int) -> Bool {
        words[index >> 6] & (1 << UInt64(index & 63)) != 0
    }

    /// Calls a function with the memory of columns, which it has only until it returns.
    static func with<Result>(
        _ columns: [Column], _ body: (UnsafeBufferPointer<ColumnPointers>) -> Result
    ) -> Result {
        with(columns[...], [], body)
    }

    private static func with<Result>(
        _ columns: ArraySlice<Column>, _ found: [ColumnPointers],
        _ body: (UnsafeBufferPointer<ColumnPointers>) -> Result
    ) -> Result {
        guard let column = columns.first else { return found.withUnsafeBufferPointer(body) }
        var pointers = ColumnPointers()
        func rest() -> Result {
            guard let validity = column.validity else { return with(columns.dropFirst(), found + [pointers], body) }
            return validity.words.withUnsafeBufferPointer {
                pointers.validity = $0
                return with(columns.dropFirst(), found + [pointers], body)
            }
        }
        switch column.storage {
        case .float64(let values):
            return values.withUnsafeBufferPointer {
                pointers.float64 = $0
                return rest()
            }
        case .int32(let values):
            return values.withUnsafeBufferPointer {
                pointers.int32 = $0
                return rest()
            }
        case .int64(let values):
            return values.withUnsafeBufferPointer {
                pointers.int64 = $0
                return rest()
            }
        case .boolean(let bits):
            return bits.words.withUnsafeBufferPointer {
                pointers.words = $0
                return rest()
            }
        case .bytes(let values):
            return values.offsets.withUnsafeBufferPointer { offsets in
                values.bytes.withUnsafeBufferPointer { bytes in
                    pointers.offsets = offsets
                    pointers.bytes = bytes
                    return rest()
                }
            }
        // No type of a schema is held in this way.
        case .float32: return rest()
        }
    }
}
