import Essentials

/// About how many distinct values there are, in 16 KiB: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) over 64-bit
/// hashes with O. Ertl's estimator, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which has no
/// bias at any size. The order of the values does not matter.
package struct DistinctSketch: Sendable {
    private static let precision: UInt64 = 14
    private static let registerCount = 1 << 14
    /// The highest rank of a hash.
    private static let highestRank = 64 - 14 + 1

    /// The standard deviation of an estimate as a share of it: 1.04 / sqrt(16,384).
    package static let standardError = 1.04 / 128

    private var registers = [UInt8](repeating: 0, count: registerCount)

    /// No values.
    package init() {}

    /// Adds a value by its hash, in which all bits must be random.
    @inline(__always)
    package mutating func add(_ hash: UInt64) {
        let register = Int(truncatingIfNeeded: hash >> (64 - Self.precision))
        // The bit that is set ends the count of zeros of a hash whose other bits are all zero.
        let rest = hash << Self.precision | 1 << (Self.precision - 1)
        let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount + 1)
        if registers[register] < rank { registers[register] = rank }
    }

    /// The number of distinct values.
    package var estimate: Double {
        var histogram = [Double](repeating: 0, count: Self.highestRank + 1)
        for rank in registers { histogram[Int(rank)] += 1 }
        let count = Double(Self.registerCount)
        var sum = count * Self.tau(1 - histogram[Self.highestRank] / count)
        for rank in stride(from: Self.highestRank - 1, through: 1, by: -1) { sum = 0.5 * (sum + histogram[rank]) }
        sum += count * Self.sigma(histogram[0] / count)
        return count / (2 * log(2)) * count / sum
    }

    /// Ertl's correction for registers that are still zero.
    private static func sigma(_ share: Double) -> Double {
        guard share < 1 else { return .infinity }
        var power = share, factor = 1.0, sum = share, previous: Double
        repeat {
            power *= power
            previous = sum
            sum += power * factor
            factor += factor
        } while sum != previous
        return sum
    }

    /// Ertl's correction for registers that are at their highest rank.
    private static func tau(_ share: Double) -> Double {
        guard share > 0, share < 1 else { return 0 }
        var root = share, factor = 1.0, sum = 1 - share, previous: Double
        repeat {
            root = root.squareRoot()
            previous = sum
            factor *= 0.5
            sum -= (1 - root) * (1 - root) * factor
        } while sum != previous
        return sum / 3
    }
}
