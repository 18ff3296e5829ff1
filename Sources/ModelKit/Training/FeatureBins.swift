import CTreeKernels

/// The division of one feature's values into bins, between which a tree can split, and of the bins into at most 255
/// codes of one byte.
///
/// Bin b holds the values v with `upperBounds[b - 1] < v <= upperBounds[b]`; the last bound is infinite. Bounds are 32-bit
/// numbers, halfway between neighbouring values where that is possible, so that a tree that was grown on bins decides
/// every row as one that compares `value <= threshold`. A code is that of one bin or, where there are more than 255 bins,
/// of a group of neighbouring ones. NaN has the code ``missing``.
struct FeatureBins: Sendable, Hashable {
    static let missing: UInt8 = 255
    static let maximumCodes = 255

    /// Of each bin.
    let upperBounds: [Float]
    /// Of each code: the bound of its last bin.
    let codeBounds: [Float]
    /// The first bin of each code; the last entry is the number of bins.
    let firstBins: [Int]

    /// Whether a code can stand for several bins.
    var isGrouped: Bool { upperBounds.count > codeBounds.count }

    /// Bins of about equal numbers of sampled values: a value that is frequent enough gets a separate bin, and so does
    /// each distinct value when there are no more than `maximum`.
    init(sample: some Sequence<Float>, maximum: Int) {
        self.init(sorted: RadixSort.sorted(sample), maximum: maximum)
    }

    /// - Parameter sorted: values in ascending order, without NaN and -0.
    init(sorted: some Collection<Float>, maximum: Int) {
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
        let lasts = Self.divide(counts, maximum: maximum)
        var bounds = lasts.map { Self.bound(values[$0], values[$0 + 1]) }
        bounds.append(.infinity)
        var binCounts: [Int] = []
        var first = 0
        for last in lasts + [values.count - 1] {
            binCounts.append(counts[first..<max(first, last + 1)].reduce(0, +))
            first = last + 1
        }
        self.init(bounds: bounds, counts: binCounts)
    }

    /// - Parameters:
    ///   - bounds: of the bins, in ascending order; the last is infinite.
    ///   - counts: about how many values each bin has.
    init(bounds: [Float], counts: [Int]) {
        upperBounds = bounds
        let lasts = Self.divide(counts, maximum: Self.maximumCodes) + [bounds.count - 1]
        codeBounds = lasts.map { bounds[$0] }
        firstBins = [0] + lasts.map { $0 + 1 }
    }

    /// The bound of the bin of a value that has the code.
    func upperBound(of value: Float, code: Int) -> Float { upperBounds[bin(of: value, code: code)] }

    /// The bin of a value that has the code.
    func bin(of value: Float, code: Int) -> Int {
        var low = firstBins[code], high = firstBins[code + 1] - 1
        while low < high {
            let middle = (low + high) / 2
            if upperBounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Parts a sequence of counts into at most `maximum` runs of about equal sums.
    /// - Returns: the last position of each run but the last run's.
    private static func divide(_ counts: [Int], maximum: Int) -> [Int] {
        guard counts.count > maximum else { return Array(counts.indices.dropLast()) }
        // A value that fills an average bin alone gets one; the other bins share the rest evenly.
        let total = counts.reduce(0, +)
        let mean = Double(total) / Double(maximum)
        let isFrequent = counts.map { Double($0) >= mean }
        let frequent = isFrequent.count { $0 }
        var rowsLeft = total
        for (count, isFrequent) in zip(counts, isFrequent) where isFrequent { rowsLeft -= count }
        var binsLeft = maximum - frequent
        var target = binsLeft > 0 ? Double(rowsLeft) / Double(binsLeft) : .infinity
        var lasts: [Int] = []
        var filled = 0
        for index in counts.indices.dropLast() {
            filled += counts[index]
            if !isFrequent[index] { rowsLeft -= counts[index] }
            let isFull = Double(filled) >= target || (isFrequent[index + 1] && Double(filled) >= target / 2)
            guard isFrequent[index] || isFull else { continue }
            lasts.append(index)
            if lasts.count == maximum - 1 { break }
            filled = 0
            if !isFrequent[index] {
                binsLeft -= 1
                target = binsLeft > 0 ? Double(rowsLeft) / Double(binsLeft) : .infinity
            }
        }
        return lasts
    }

    /// A number t with lower <= t < upper, finite where there is one.
    static func bound(_ lower: Float, _ upper: Float) -> Float {
        let middle = lower / 2 + upper / 2
        if middle.isFinite, middle >= lower, middle < upper { return middle }
        return lower.isFinite || upper <= -.greatestFiniteMagnitude ? lower : -.greatestFiniteMagnitude
    }

    /// Writes the code of each value to `codes`, which has room for them.
    /// - Returns: whether there was a NaN.
    func encode(_ values: UnsafeBufferPointer<Float>, into codes: UnsafeMutablePointer<UInt8>) -> Bool {
        var size = 1
        while size < codeBounds.count { size *= 2 }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { bounds in
            for index in 0..<size {
                bounds.initializeElement(at: index, to: index < codeBounds.count ? codeBounds[index] : .infinity)
            }
            return tree_kernel_encode_bins(
                tree_kernel_best_level(), bounds.baseAddress, size, values.baseAddress, values.count, codes) != 0
        }
    }
}
