/// Random numbers that depend on their position alone, so that any thread can draw any of them: SplitMix64's mixing function
/// (Steele, Lea, Flood 2014) of a seed and a counter.
enum RandomBits {
    static func bits(_ seed: UInt64, _ counter: UInt64) -> UInt64 {
        mix(mix(seed &+ 0x9E37_79B9_7F4A_7C15) &+ counter &* 0x9E37_79B9_7F4A_7C15)
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

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
