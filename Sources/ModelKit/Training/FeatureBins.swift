import CTreeKernels

/// The division of one feature's values into at most 255 bins.
///
/// Bin b holds the values v with `upperBounds[b - 1] < v <= upperBounds[b]`; the last bound is infinite. NaN has the code
/// ``missing``. Bounds are 32-bit numbers, halfway between neighbouring values where that is possible, so that a tree that was
/// grown on bins decides every row as one that compares `value <= threshold`.
struct FeatureBins: Sendable, Hashable {
    static let missing: UInt8 = 255
    static let maximumCount = 255

    let upperBounds: [Float]

    var count: Int { upperBounds.count }

    /// Bins of about equal numbers of sampled values: a value that is frequent enough gets a separate bin, and so does
    /// each distinct value when there are no more than `maximum`.
    init(sample: some Sequence<Float>, maximum: Int) {
        self.init(sorted: RadixSort.sorted(sample), maximum: maximum)
    }

    private init(sorted: [Float], maximum: Int) {
        var values: [Float] = []
        var counts: [Int] = []
        for value in sorted {
            if value == values.last {
                counts[counts.count - 1] += 1
            } else {
                values.append(value)
                counts.append(1)
            }
        }
        var bounds: [Float] = []
        if values.count <= maximum {
            for index in values.indices.dropLast() { bounds.append(Self.bound(values[index], values[index + 1])) }
        } else {
            bounds = Self.bounds(values: values, counts: counts, total: sorted.count, maximum: maximum)
        }
        bounds.append(.infinity)
        upperBounds = bounds
    }

    private static func bounds(values: [Float], counts: [Int], total: Int, maximum: Int) -> [Float] {
        // A value that fills an average bin alone gets one; the other bins share the rest evenly.
        let mean = Double(total) / Double(maximum)
        let isFrequent = counts.map { Double($0) >= mean }
        let frequent = isFrequent.count { $0 }
        var rowsLeft = total
        for (count, isFrequent) in zip(counts, isFrequent) where isFrequent { rowsLeft -= count }
        var binsLeft = maximum - frequent
        var target = binsLeft > 0 ? Double(rowsLeft) / Double(binsLeft) : .infinity
        var bounds: [Float] = []
        var filled = 0
        for index in values.indices.dropLast() {
            filled += counts[index]
            if !isFrequent[index] { rowsLeft -= counts[index] }
            let isFull = Double(filled) >= target || (isFrequent[index + 1] && Double(filled) >= target / 2)
            guard isFrequent[index] || isFull else { continue }
            bounds.append(bound(values[index], values[index + 1]))
            if bounds.count == maximum - 1 { break }
            filled = 0
            if !isFrequent[index] {
                binsLeft -= 1
                target = binsLeft > 0 ? Double(rowsLeft) / Double(binsLeft) : .infinity
            }
        }
        return bounds
    }

    /// A number t with lower <= t < upper, finite where there is one.
    private static func bound(_ lower: Float, _ upper: Float) -> Float {
        let middle = lower / 2 + upper / 2
        if middle.isFinite, middle >= lower, middle < upper { return middle }
        return lower.isFinite || upper <= -.greatestFiniteMagnitude ? lower : -.greatestFiniteMagnitude
    }

    /// Writes the code of each value to `codes`, which has room for them.
    /// - Returns: whether there was a NaN.
    func encode(_ values: UnsafeBufferPointer<Float>, into codes: UnsafeMutablePointer<UInt8>) -> Bool {
        var size = 1
        while size < count { size *= 2 }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { bounds in
            for index in 0..<size {
                bounds.initializeElement(at: index, to: index < count ? upperBounds[index] : .infinity)
            }
            return tree_kernel_encode_bins(
                tree_kernel_best_level(), bounds.baseAddress, size, values.baseAddress, values.count, codes) != 0
        }
    }
}
