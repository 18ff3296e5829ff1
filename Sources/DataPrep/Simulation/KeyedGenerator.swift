import Essentials

/// Reproducible random numbers for one small part of a simulation, such as one customer's day. Every part has its own
/// generator, named by numbers, so that any part can be computed separately, in any order and on any thread.
///
/// The sequence is SplitMix64's; it starts at a hash of the name.
package struct KeyedGenerator {
    /// What the numbers are for; two purposes never share numbers.
    package enum Purpose: UInt64 {
        case customerProfile = 1
        case terminalPosition
        case purchaseTimes
        case purchaseDetails
        case compromisedTerminals
        case compromisedCustomers
        case dirtKind
        case dirtDetails
    }

    private var generator: SplitMix64

    @inline(__always)
    package init(seed: UInt64, _ purpose: Purpose, _ first: Int, _ second: Int = 0) {
        var hash = SplitMix64.mixed(seed &+ SplitMix64.increment &* purpose.rawValue)
        hash = SplitMix64.mixed((hash ^ UInt64(truncatingIfNeeded: first)) &+ SplitMix64.increment)
        hash = SplitMix64.mixed((hash ^ UInt64(truncatingIfNeeded: second)) &+ SplitMix64.increment)
        generator = SplitMix64(seed: hash)
    }

    @inline(__always)
    mutating func next() -> UInt64 { generator.next() }

    /// Uniform in [0, 1).
    @inline(__always)
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    @inline(__always)
    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// Uniform in 0..<count.
    @inline(__always)
    mutating func index(below count: Int) -> Int { generator.index(below: count) }

    /// Standard normal.
    @inline(__always)
    mutating func normal() -> Double { PortableMath.normalQuantile((Double(next() >> 12) + 0.5) * 0x1p-52) }

    /// Poisson, given its mean and e to the power of minus its mean.
    @inline(__always)
    mutating func poisson(mean: Double, probabilityOfZero: Double) -> Int {
        let wanted = uniform()
        var count = 0
        var probability = probabilityOfZero
        var sum = probability
        // Beyond the bound the terms are too small to change the sum.
        while wanted > sum, count < 1_000 {
            count += 1
            probability *= mean / Double(count)
            sum += probability
        }
        return count
    }

    /// `wanted` distinct numbers of 0..<count (all of them if there are fewer), in the order drawn.
    package mutating func distinctIndices(_ wanted: Int, below count: Int) -> [Int] {
        // R. Floyd's sampling (J. Bentley, "Programming Pearls", CACM 30(9), 1987).
        var drawn: [Int] = []
        var seen: Set<Int> = []
        for last in max(0, count - wanted)..<count {
            let candidate = index(below: last + 1)
            let chosen = seen.insert(candidate).inserted ? candidate : last
            seen.insert(chosen)
            drawn.append(chosen)
        }
        return drawn
    }
}
