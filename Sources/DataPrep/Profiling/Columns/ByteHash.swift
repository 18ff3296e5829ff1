import Essentials

/// A 64-bit hash of bytes, the same on every machine of this byte order: words are folded by a full product, as in wyhash.
enum ByteHash {
    @inline(__always)
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: bytes.count) &* SplitMix64.increment &+ 0x5851_F42D_4C95_7F2D
        var position = 0
        while position + 8 <= bytes.count {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var last: UInt64 = 0
        while position < bytes.count {
            last = last << 8 | UInt64(bytes[position])
            position += 1
        }
        return SplitMix64.mixed(fold(state ^ last) &+ SplitMix64.increment)
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        // The value itself keeps words apart whose products are equal.
        return product.high ^ product.low ^ (value << 32 | value >> 32)
    }
}
