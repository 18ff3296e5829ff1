import Essentials

/// Random numbers that depend on their position alone, so that any thread can draw any of them: SplitMix64's finaliser of a
/// seed and a counter.
enum RandomBits {
    static func bits(_ seed: UInt64, _ counter: UInt64) -> UInt64 {
        SplitMix64.mixed(SplitMix64.mixed(seed &+ SplitMix64.increment) &+ counter &* SplitMix64.increment)
    }

    /// In [0, 1).
    static func unit(_ seed: UInt64, _ counter: UInt64) -> Double {
        Double(bits(seed, counter) >> 11) * 0x1p-53
    }

    /// `count` distinct numbers below `total` in ascending order (Floyd's algorithm).
    static func sample(_ count: Int, of total: Int, seed: UInt64) -> [Int] {
        var chosen: Set<Int> = []
        for last in (total - count)..<total {
            let candidate = Int(bits(seed, UInt64(last)) % UInt64(last + 1))
            if !chosen.insert(candidate).inserted { chosen.insert(last) }
        }
        return chosen.sorted()
    }
}
