import Columnar
import Essentials

/// Makes the profile of a column of numbers, booleans, dates or timestamps.
struct FixedWidthProfiler: Sendable {
    private let coding: ValueCoding
    /// Finite values.
    private var count = 0
    private var order = OrderTracker()
    private var previous: Int64 = 0
    private var numbers = NumberStatistics()
    private var values = ValueCounts()
    /// While ``values`` has all values, their quantiles are exact and this is nil.
    private var quantiles: QuantileSketch?
    private var minimum = Int64.max
    private var maximum = Int64.min
    /// The batch's values, kept for its memory.
    private var keys: [Int64] = []

    init(_ coding: ValueCoding) { self.coding = coding }

    mutating func add(_ column: Column) {
        var keys: [Int64] = []
        swap(&keys, &self.keys)
        keys.removeAll(keepingCapacity: true)
        collect(column, into: &keys)
        keys.withUnsafeBufferPointer { keys in
            count += keys.count
            addRange(keys)
            if coding.isNumber { numbers.add(keys, coding) }
            addCounts(keys)
        }
        swap(&keys, &self.keys)
    }

    private mutating func collect(_ column: Column, into keys: inout [Int64]) {
        keys.reserveCapacity(column.count)
        switch column.storage {
        case .boolean(let values):
            for row in 0..<column.count where !column.isNull(row) { keys.append(values[row] ? 1 : 0) }
        case .int32(let values): Self.collect(values, column.validity, into: &keys) { Int64($0) }
        case .int64(let values): Self.collect(values, column.validity, into: &keys) { $0 }
        case .float32(let values): collectFloats(values, column.validity, into: &keys)
        case .float64(let values): collectFloats(values, column.validity, into: &keys)
        case .bytes:
            // The coding is made from the column's type, which has no texts.
            break
        }
    }

    @inline(__always)
    private static func collect<Value>(
        _ values: [Value], _ validity: Bitmap?, into keys: inout [Int64], _ key: (Value) -> Int64
    ) {
        guard let validity else {
            for value in values { keys.append(key(value)) }
            return
        }
        for row in values.indices where validity[row] { keys.append(key(values[row])) }
    }

    @inline(__always)
    private mutating func collectFloats<Value: BinaryFloatingPoint>(
        _ values: [Value], _ validity: Bitmap?, into keys: inout [Int64]
    ) {
        var nan = 0, infinities = 0, negative = 0
        for row in values.indices {
            if let validity, !validity[row] { continue }
            let value = Double(values[row])
            if value.isFinite {
                keys.append(ValueCoding.key(value))
            } else if value.isNaN {
                nan += 1
            } else {
                infinities += 1
                negative += value < 0 ? 1 : 0
            }
        }
        numbers.addInfinite(nan: nan, infinities: infinities, negative: negative)
    }

    private mutating func addRange(_ keys: UnsafeBufferPointer<Int64>) {
        var low = minimum, high = maximum
        for key in keys {
            low = min(low, key)
            high = max(high, key)
        }
        minimum = low
        maximum = high
        guard !order.isSettled else { return }
        for key in keys {
            order.add(comparison: key < previous ? -1 : key > previous ? 1 : 0)
            previous = key
        }
    }

    private mutating func addCounts(_ keys: UnsafeBufferPointer<Int64>) {
        // Values from here on are not in the table's exact counts.
        var estimated = values.isExact ? keys.count : 0
        for (index, key) in keys.enumerated() {
            let hash = Self.hash(key)
            if values.count(hash) { continue }
            if values.isFull {
                if values.isExact {
                    var sketch = QuantileSketch()
                    for entry in values.entries { sketch.add(entry.payload, count: entry.count) }
                    quantiles = sketch
                    estimated = index
                }
                values.makeRoom()
            }
            values.insert(hash, payload: key)
        }
        quantiles?.add(UnsafeBufferPointer(rebasing: keys[estimated...]))
    }

    /// A bijection: different values have different hashes. That of 0 is not 0, in which no bit is random.
    @inline(__always)
    static func hash(_ key: Int64) -> UInt64 {
        SplitMix64.mixed(UInt64(bitPattern: key) &+ SplitMix64.increment)
    }

    func profile(_ field: Field, rows: Int, nulls: Int) -> ColumnProfile {
        let statistics = numbers.profile
        let ranked = quantiles?.ranked ?? RankedValues(values.entries.map { ($0.payload, $0.count) })
        let isOrdered = coding != .boolean
        let present = count + statistics.infinities
        return ColumnProfile(
            name: field.name, type: field.type.description, count: present, missing: rows - present, nulls: nulls,
            markers: [], distinct: values.distinct(of: count),
            isConstant: rows > 1 && count == rows && minimum == maximum, order: order.order,
            minimum: count > 0 ? coding.value(minimum) : nil, maximum: count > 0 ? coding.value(maximum) : nil,
            quantiles: isOrdered ? Quantile.all(of: ranked, coding) : [],
            quantileError: quantiles == nil ? 0 : QuantileSketch.rankError,
            mostFrequent: values.mostFrequent(10).map {
                ValueCount(value: coding.value($0.payload), count: $0.count)
            }, countError: values.countError, numbers: coding.isNumber ? statistics : nil, text: nil,
            trueCount: coding == .boolean ? values.entries.first { $0.payload == 1 }?.count ?? 0 : nil,
            histogram: isOrdered ? HistogramBin.bins(ranked, coding, minimum...max(minimum, maximum)) : [])
    }
}

extension Quantile {
    /// The quantiles of ``shares``.
    static func all(of ranked: RankedValues, _ coding: ValueCoding) -> [Quantile] {
        shares.compactMap { share in
            ranked.quantile(share).map { Quantile(share: share, value: coding.value($0)) }
        }
    }
}

extension HistogramBin {
    private static let binCount = 20

    /// The bins of a column's profile.
    fileprivate static func bins(
        _ ranked: RankedValues, _ coding: ValueCoding, _ range: ClosedRange<Int64>
    ) -> [HistogramBin] {
        guard let first = ranked.quantile(0.01), let last = ranked.quantile(0.99) else { return [] }
        let low = coding.position(first), high = coding.position(last)
        let (least, greatest) = (coding.position(range.lowerBound), coding.position(range.upperBound))
        // By halves, as the difference of the largest floating-point numbers is infinite.
        let width = (high / 2 - low / 2) / Double(binCount) * 2
        guard low < high, width > 0 else {
            return [HistogramBin(lower: least, upper: greatest, count: ranked.total)]
        }
        let edges = (0...binCount).map { low + width * Double($0) }
        var below = 0
        return (0..<binCount).map { bin in
            let isLast = bin == binCount - 1
            let upper = isLast ? ranked.total : ranked.count { coding.position($0) < edges[bin + 1] }
            defer { below = upper }
            return HistogramBin(
                lower: bin == 0 ? min(least, low) : edges[bin], upper: isLast ? max(greatest, high) : edges[bin + 1],
                count: upper - below)
        }
    }
}
