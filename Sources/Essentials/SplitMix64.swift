/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): a small generator whose
/// numbers depend on the seed only, the same on every machine and with every version of the standard library.
///
/// Simulation and training draw millions of numbers: everything is inlined into the modules that use it.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    /// What the state grows by: 2^64 divided by the golden ratio, to the nearest odd number.
    @inlinable
    package static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    @usableFromInline
    var state: UInt64

    @inlinable
    package init(seed: UInt64) { state = seed }

    /// The generator for one part of a larger computation, such as one replicate: parts can run in any order.
    @inlinable
    package init(seed: UInt64, stream: UInt64) {
        var seeding = SplitMix64(seed: seed)
        var streaming = SplitMix64(seed: seeding.next() ^ stream)
        state = streaming.next()
    }

    @inlinable
    @inline(__always)
    package mutating func next() -> UInt64 {
        state &+= SplitMix64.increment
        return SplitMix64.mixed(state)
    }

    /// A number below `bound`, which must not be negative; 0 for 0. The bias is at most bound / 2^64, far too small to
    /// be detected.
    @inlinable
    @inline(__always)
    package mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
    }

    /// Shuffles the elements (Fisher and Yates).
    @inlinable
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for end in stride(from: elements.count, to: 1, by: -1) { elements.swapAt(end - 1, index(below: end)) }
    }

    /// The generator's finaliser, a bijection in which every bit of the value changes about half of the result's: a
    /// hash of integers, and random numbers by position instead of in sequence.
    @inlinable
    @inline(__always)
    package static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
