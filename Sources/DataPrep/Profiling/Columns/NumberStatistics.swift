/// Mean, standard deviation and signs of finite numbers, batch by batch.
///
/// Batches are joined as by T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
/// variances" (1979), and sums are of differences from the first value, so that a small deviation around a large mean is not
/// lost.
struct NumberStatistics: Sendable {
    private var count = 0.0
    /// The first value.
    private var originKey: Int64 = 0
    private var origin = 0.0
    /// Of differences from the first value.
    private var sum = 0.0
    private var squares = 0.0
    private(set) var zeros = 0
    private(set) var negatives = 0
    private var areWhole = true
    private(set) var nan = 0
    private(set) var infinities = 0

    /// Counts values that are not finite.
    mutating func addInfinite(nan: Int, infinities: Int, negative: Int) {
        self.nan += nan
        self.infinities += infinities
        negatives += negative
    }

    /// Adds finite values.
    mutating func add(_ keys: UnsafeBufferPointer<Int64>, _ coding: ValueCoding) {
        guard let first = keys.first else { return }
        if count == 0 { originKey = first }
        let originKey = originKey
        if coding.isFloat {
            let origin = ValueCoding.float(originKey)
            self.origin = origin
            add(keys) { ValueCoding.float($0) - origin }
            areWhole = areWhole && keys.allSatisfy { ValueCoding.float($0).isWhole }
        } else {
            origin = Double(originKey)
            add(keys) { key in
                // Exact where a floating-point number does not hold the integer.
                let (difference, overflows) = key.subtractingReportingOverflow(originKey)
                return overflows ? Double(key) - Double(originKey) : Double(difference)
            }
        }
    }

    @inline(__always)
    private mutating func add(_ keys: UnsafeBufferPointer<Int64>, _ difference: (Int64) -> Double) {
        var batchSum = 0.0
        var zeros = 0, negatives = 0
        for key in keys {
            batchSum += difference(key)
            zeros += key == 0 ? 1 : 0
            negatives += key < 0 ? 1 : 0
        }
        self.zeros += zeros
        self.negatives += negatives
        let batchCount = Double(keys.count), batchMean = batchSum / batchCount
        var batchSquares = 0.0
        for key in keys {
            let deviation = difference(key) - batchMean
            batchSquares += deviation * deviation
        }
        if count > 0 {
            let shift = batchMean - sum / count
            batchSquares += shift * shift * count * batchCount / (count + batchCount)
        }
        squares += batchSquares
        sum += batchSum
        count += batchCount
    }

    var profile: NumberProfile {
        NumberProfile(
            mean: finite(origin + sum / count),
            standardDeviation: count > 1 ? finite((squares / (count - 1)).squareRoot()) : nil,
            zeros: zeros, negatives: negatives, nan: nan, infinities: infinities, areWhole: areWhole && count > 0)
    }

    /// nil for what is not a number, or beyond the largest, as a sum of huge ones is.
    private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}

extension Double {
    fileprivate var isWhole: Bool { self == rounded(.towardZero) }
}
