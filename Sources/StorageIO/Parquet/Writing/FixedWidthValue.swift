import CStorageKernels

/// Values of four or eight bytes, as the kernels know them.
protocol FixedWidthValue: BitwiseCopyable, Comparable {
    /// Smallest and largest of at least one value. Of numbers that are all NaN, the smallest is larger than the largest.
    static func range(_ values: UnsafeBufferPointer<Self>) -> (minimum: Self, maximum: Self)

    /// The pair as statistics record it.
    static func noted(_ range: (minimum: Self, maximum: Self)) -> (minimum: Self, maximum: Self)

    /// How many values there can be between the two, excluding the last; nil for types whose values cannot be counted.
    static func span(_ range: (minimum: Self, maximum: Self)) -> Int?

    /// DELTA_BINARY_PACKED of the values into at least `parquet_delta_bound` bytes; returns its length, or nil for
    /// types without differences.
    static func encodeDelta(_ values: UnsafeBufferPointer<Self>, into out: UnsafeMutablePointer<UInt8>) -> Int?

    /// Builds a dictionary by direct addressing; see the kernel.
    static func buildDirectly(
        _ values: UnsafeBufferPointer<Self>, minimum: Self, table: UnsafeMutablePointer<UInt32>,
        indices: UnsafeMutablePointer<UInt32>, dictionary: UnsafeMutablePointer<Self>, limit: Int
    ) -> Int64
}

extension FixedWidthValue {
    /// The values of the rows whose bit, from `offset` on, is one.
    static func compact(
        _ values: UnsafeBufferPointer<Self>, _ words: [UInt64], _ offset: Int,
        into target: UnsafeMutableBufferPointer<Self>
    ) -> UnsafeBufferPointer<Self> {
        guard let source = UnsafeRawPointer(values.baseAddress), let out = UnsafeMutableRawPointer(target.baseAddress)
        else { return UnsafeBufferPointer(start: nil, count: 0) }
        let count =
            if MemoryLayout<Self>.size == 4 {
                parquet_compact32(
                    source.assumingMemoryBound(to: UInt32.self), words, offset, values.count,
                    out.assumingMemoryBound(to: UInt32.self))
            } else {
                parquet_compact64(
                    source.assumingMemoryBound(to: UInt64.self), words, offset, values.count,
                    out.assumingMemoryBound(to: UInt64.self))
            }
        return UnsafeBufferPointer(rebasing: target[..<count])
    }

    /// Builds a dictionary by hashing bits; see the kernel.
    static func buildByHashing(
        _ values: UnsafeBufferPointer<Self>, table: UnsafeMutablePointer<UInt32>, slots: Int,
        indices: UnsafeMutablePointer<UInt32>, dictionary: UnsafeMutablePointer<Self>, limit: Int
    ) -> Int64 {
        let source = UnsafeRawPointer(values.baseAddress)
        let entries = UnsafeMutableRawPointer(dictionary)
        return if MemoryLayout<Self>.size == 4 {
            parquet_dictionary_hash32(
                source?.assumingMemoryBound(to: UInt32.self), values.count, table, slots, indices,
                entries.assumingMemoryBound(to: UInt32.self), limit)
        } else {
            parquet_dictionary_hash64(
                source?.assumingMemoryBound(to: UInt64.self), values.count, table, slots, indices,
                entries.assumingMemoryBound(to: UInt64.self), limit)
        }
    }

    /// Records the range in a chunk's statistics, if there is one.
    static func note(_ range: (minimum: Self, maximum: Self), in statistics: inout ParquetFormat.Statistics) {
        guard range.minimum <= range.maximum else { return }
        let (minimum, maximum) = noted(range)
        statistics.minimum = withUnsafeBytes(of: minimum) { Array($0) }
        statistics.maximum = withUnsafeBytes(of: maximum) { Array($0) }
    }
}

extension FixedWidthValue where Self: FixedWidthInteger {
    static func noted(_ range: (minimum: Self, maximum: Self)) -> (minimum: Self, maximum: Self) { range }

    static func span(_ range: (minimum: Self, maximum: Self)) -> Int? {
        let (difference, overflow) = Int(range.maximum).subtractingReportingOverflow(Int(range.minimum))
        return overflow || difference == .max ? nil : difference + 1
    }
}

extension FixedWidthValue where Self: BinaryFloatingPoint {
    /// Zeros compare equal, so the smallest is recorded as -0 and the largest as +0 (parquet.thrift, ColumnOrder).
    static func noted(_ range: (minimum: Self, maximum: Self)) -> (minimum: Self, maximum: Self) {
        (range.minimum == 0 ? -0.0 : range.minimum, range.maximum == 0 ? 0.0 : range.maximum)
    }

    static func span(_ range: (minimum: Self, maximum: Self)) -> Int? { nil }

    static func encodeDelta(_ values: UnsafeBufferPointer<Self>, into out: UnsafeMutablePointer<UInt8>) -> Int? { nil }

    static func buildDirectly(
        _ values: UnsafeBufferPointer<Self>, minimum: Self, table: UnsafeMutablePointer<UInt32>,
        indices: UnsafeMutablePointer<UInt32>, dictionary: UnsafeMutablePointer<Self>, limit: Int
    ) -> Int64 { -1 }
}

extension Int32: FixedWidthValue {
    static func range(_ values: UnsafeBufferPointer<Int32>) -> (minimum: Int32, maximum: Int32) {
        var (minimum, maximum) = (Int32.max, Int32.min)
        parquet_range_i32(values.baseAddress, values.count, &minimum, &maximum)
        return (minimum, maximum)
    }

    static func encodeDelta(_ values: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<UInt8>) -> Int? {
        values.withMemoryRebound(to: UInt32.self) { parquet_delta_encode32($0.baseAddress, $0.count, out) }
    }

    static func buildDirectly(
        _ values: UnsafeBufferPointer<Int32>, minimum: Int32, table: UnsafeMutablePointer<UInt32>,
        indices: UnsafeMutablePointer<UInt32>, dictionary: UnsafeMutablePointer<Int32>, limit: Int
    ) -> Int64 {
        parquet_dictionary_direct32(values.baseAddress, values.count, minimum, table, indices, dictionary, limit)
    }
}

extension Int64: FixedWidthValue {
    static func range(_ values: UnsafeBufferPointer<Int64>) -> (minimum: Int64, maximum: Int64) {
        var (minimum, maximum) = (Int64.max, Int64.min)
        parquet_range_i64(values.baseAddress, values.count, &minimum, &maximum)
        return (minimum, maximum)
    }

    static func encodeDelta(_ values: UnsafeBufferPointer<Int64>, into out: UnsafeMutablePointer<UInt8>) -> Int? {
        values.withMemoryRebound(to: UInt64.self) { parquet_delta_encode64($0.baseAddress, $0.count, out) }
    }

    static func buildDirectly(
        _ values: UnsafeBufferPointer<Int64>, minimum: Int64, table: UnsafeMutablePointer<UInt32>,
        indices: UnsafeMutablePointer<UInt32>, dictionary: UnsafeMutablePointer<Int64>, limit: Int
    ) -> Int64 {
        parquet_dictionary_direct64(values.baseAddress, values.count, minimum, table, indices, dictionary, limit)
    }
}

extension Float: FixedWidthValue {
    static func range(_ values: UnsafeBufferPointer<Float>) -> (minimum: Float, maximum: Float) {
        var (minimum, maximum) = (Float.infinity, -Float.infinity)
        parquet_range_f32(values.baseAddress, values.count, &minimum, &maximum)
        return (minimum, maximum)
    }
}

extension Double: FixedWidthValue {
    static func range(_ values: UnsafeBufferPointer<Double>) -> (minimum: Double, maximum: Double) {
        var (minimum, maximum) = (Double.infinity, -Double.infinity)
        parquet_range_f64(values.baseAddress, values.count, &minimum, &maximum)
        return (minimum, maximum)
    }
}
