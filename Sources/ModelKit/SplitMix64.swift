/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a small generator whose numbers depend on the seed only, the same on
/// every machine and with every version of the standard library.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// The generator for one part of a larger computation, such as one replicate: parts can run in any order.
    package init(seed: UInt64, stream: UInt64) {
        var seeding = SplitMix64(seed: seed)
        var streaming = SplitMix64(seed: seeding.next() ^ stream)
        state = streaming.next()
    }

    @inline(__always)
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which must be positive. The bias is at most bound / 2^64, far too small to be detected.
    @inline(__always)
    package mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Shuffles the elements (Fisher and Yates).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for end in stride(from: elements.count, to: 1, by: -1) { elements.swapAt(end - 1, index(below: end)) }
    }
}
