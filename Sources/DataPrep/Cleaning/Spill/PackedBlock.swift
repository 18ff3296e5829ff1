import Features
/// Transactions of one block in few bytes: each column as differences from its smallest value, in 0, 1, 2, 4 or 8 bytes
/// each ("frame of reference", J. Goldstein, R. Ramakrishnan, U. Shaft, "Compressing Relations and Indexes", 1998).
///
/// Amounts that are whole cents are packed as cents, times that are whole seconds as seconds.
struct PackedBlock: Sendable {
    struct PackedColumn: Sendable {
        /// The meaning of the stored numbers.
        enum Unit: Sendable {
            case one
            case second
            case cent
        }

        let base: Int64
        /// Bytes of a value.
        let width: Int
        let unit: Unit
        /// In words from the block's beginning.
        let offset: Int
        let wordCount: Int
    }

    let count: Int
    /// The number of the first row among all rows that passed rules 1 to 5.
    let firstRow: Int
    let input: Int
    /// The line, or row, of the input at the block's line 0.
    let firstLine: Int
    let columns: [PackedColumn]
    let wordCount: Int

    /// Finds out how to pack the rows of a buffer. Amounts and times in the buffer are replaced by cents and seconds
    /// where they are packed as such: the only valid next step is to pack the buffer.
    init(preparing buffer: TransactionBuffer, firstRow: Int, input: Int, firstLine: Int) {
        count = buffer.count
        self.firstRow = firstRow
        self.input = input
        self.firstLine = firstLine
        var columns: [PackedColumn] = []
        var offset = 0
        for (index, values) in buffer.columns.enumerated() {
            var unit = PackedColumn.Unit.one
            if index == TransactionColumn.amount.index, PackedBlock.makeCents(values, count) {
                unit = .cent
            } else if index == TransactionColumn.dateTime.index, PackedBlock.makeSeconds(values, count) {
                unit = .second
            }
            var low = Int64.max, high = Int64.min
            for row in 0..<count {
                low = min(low, values[row])
                high = max(high, values[row])
            }
            let span = count == 0 ? 0 : UInt64(bitPattern: high &- low)
            let width = span == 0 ? 0 : span < 1 << 8 ? 1 : span < 1 << 16 ? 2 : span < 1 << 32 ? 4 : 8
            let words = (count * width + 7) / 8
            columns.append(PackedColumn(base: low, width: width, unit: unit, offset: offset, wordCount: words))
            offset += words
        }
        self.columns = columns
        wordCount = offset
    }

    /// The packed rows of the buffer that this block was prepared from.
    func pack(_ buffer: TransactionBuffer) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: wordCount) { words, initialized in
            words.initialize(repeating: 0)
            initialized = wordCount
            guard let base = words.baseAddress else { return }
            for (column, values) in zip(columns, buffer.columns) {
                let target = UnsafeMutableRawPointer(base + column.offset)
                switch column.width {
                case 1: PackedBlock.narrow(values, count, column.base, target.assumingMemoryBound(to: UInt8.self))
                case 2: PackedBlock.narrow(values, count, column.base, target.assumingMemoryBound(to: UInt16.self))
                case 4: PackedBlock.narrow(values, count, column.base, target.assumingMemoryBound(to: UInt32.self))
                case 8: PackedBlock.narrow(values, count, column.base, target.assumingMemoryBound(to: UInt64.self))
                default: break
                }
            }
        }
    }

    /// Unpacks a column; `words` are the column's own.
    func unpack<Value: FixedWidthInteger>(
        _ index: Int, from words: UnsafePointer<UInt64>, into target: UnsafeMutablePointer<Value>
    ) {
        let column = columns[index]
        let factor: Int64 = column.unit == .second ? 1_000_000 : 1
        let source = UnsafeRawPointer(words)
        switch column.width {
        case 1: PackedBlock.widen(source.assumingMemoryBound(to: UInt8.self), count, column.base, factor, target)
        case 2: PackedBlock.widen(source.assumingMemoryBound(to: UInt16.self), count, column.base, factor, target)
        case 4: PackedBlock.widen(source.assumingMemoryBound(to: UInt32.self), count, column.base, factor, target)
        case 8: PackedBlock.widen(source.assumingMemoryBound(to: UInt64.self), count, column.base, factor, target)
        default:
            let value = Value(truncatingIfNeeded: column.base &* factor)
            for row in 0..<count { target[row] = value }
        }
    }

    /// Unpacks the amounts; `words` are the column's own.
    func unpackAmounts(from words: UnsafePointer<UInt64>, into target: UnsafeMutablePointer<Double>) {
        // The integers are unpacked into the target, and overwritten by the doubles computed from them.
        target.withMemoryRebound(to: Int64.self, capacity: count) { integers in
            unpack(TransactionColumn.amount.index, from: words, into: integers)
        }
        guard columns[TransactionColumn.amount.index].unit == .cent else { return }
        let raw = UnsafeMutableRawPointer(target)
        for row in 0..<count {
            let cents = raw.load(fromByteOffset: row * 8, as: Int64.self)
            raw.storeBytes(of: Double(cents) / 100, toByteOffset: row * 8, as: Double.self)
        }
    }

    @inline(__always)
    private static func narrow<Stored: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafePointer<Int64>, _ count: Int, _ base: Int64, _ target: UnsafeMutablePointer<Stored>
    ) {
        for row in 0..<count { target[row] = Stored(truncatingIfNeeded: values[row] &- base) }
    }

    @inline(__always)
    private static func widen<Stored: FixedWidthInteger & UnsignedInteger, Value: FixedWidthInteger>(
        _ source: UnsafePointer<Stored>, _ count: Int, _ base: Int64, _ factor: Int64,
        _ target: UnsafeMutablePointer<Value>
    ) {
        if factor == 1 {
            for row in 0..<count {
                target[row] = Value(truncatingIfNeeded: Int64(truncatingIfNeeded: source[row]) &+ base)
            }
        } else {
            for row in 0..<count {
                target[row] = Value(truncatingIfNeeded: (Int64(truncatingIfNeeded: source[row]) &+ base) &* factor)
            }
        }
    }

    /// Replaces doubles by whole cents where each is the double nearest to a number of cents.
    private static func makeCents(_ values: UnsafeMutablePointer<Int64>, _ count: Int) -> Bool {
        for row in 0..<count {
            let amount = Double(bitPattern: UInt64(bitPattern: values[row]))
            // Below 2^50 cents the product is wrong by less than half a cent.
            let cents = amount > 0 && amount < 0x1p43 ? Int64(amount * 100 + 0.5) : 0
            guard Double(cents) / 100 == amount else {
                for earlier in 0..<row {
                    values[earlier] = Int64(bitPattern: (Double(values[earlier]) / 100).bitPattern)
                }
                return false
            }
            values[row] = cents
        }
        return true
    }

    private static func makeSeconds(_ values: UnsafeMutablePointer<Int64>, _ count: Int) -> Bool {
        for row in 0..<count {
            let (seconds, rest) = values[row].quotientAndRemainder(dividingBy: 1_000_000)
            guard rest == 0 else {
                for earlier in 0..<row { values[earlier] *= 1_000_000 }
                return false
            }
            values[row] = seconds
        }
        return true
    }
}
