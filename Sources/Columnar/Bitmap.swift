/// A packed array of bits: bit `i` is bit `i % 64` of word `i / 64` (Arrow's least-significant-bit numbering).
///
/// Bits past `count` in the last word are zero.
public struct Bitmap: Sendable, Hashable {
    /// The bits, 64 a word.
    public private(set) var words: [UInt64]
    /// How many bits there are.
    public let count: Int

    /// Bits that are all the same.
    public init(repeating value: Bool, count: Int) {
        self.count = count
        words = [UInt64](repeating: value ? .max : 0, count: Bitmap.wordCount(count))
        clearUnusedBits()
    }

    /// From whole words; bits past `count` are cleared, missing words are zero.
    public init(words: [UInt64], count: Int) {
        self.count = count
        self.words = words
        let needed = Bitmap.wordCount(count)
        if self.words.count < needed {
            self.words.append(contentsOf: repeatElement(0, count: needed - self.words.count))
        } else if self.words.count > needed {
            self.words.removeLast(self.words.count - needed)
        }
        clearUnusedBits()
    }

    /// One bit per element.
    public init(_ bits: some Sequence<Bool>) {
        var words: [UInt64] = []
        var count = 0
        for bit in bits {
            if count & 63 == 0 { words.append(0) }
            if bit { words[count >> 6] |= 1 << UInt64(count & 63) }
            count += 1
        }
        self.words = words
        self.count = count
    }

    /// How many words so many bits take.
    @inlinable
    public static func wordCount(_ bits: Int) -> Int { (bits + 63) >> 6 }

    /// One bit.
    @inlinable
    public subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < count, "bit index out of range")
        return words[index >> 6] & (1 << UInt64(index & 63)) != 0
    }

    /// Changes one bit.
    public mutating func set(_ index: Int, to value: Bool) {
        precondition(index >= 0 && index < count, "bit index out of range")
        let mask: UInt64 = 1 << UInt64(index & 63)
        if value { words[index >> 6] |= mask } else { words[index >> 6] &= ~mask }
    }

    /// How many bits are one.
    public var trueCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The positions of the one bits, ascending.
    public var trueIndices: [Int] {
        var indices: [Int] = []
        indices.reserveCapacity(trueCount)
        for (position, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                indices.append(position << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return indices
    }

    /// The bits at these positions, in this order.
    public func take(_ indices: [Int]) -> Bitmap {
        Bitmap(indices.lazy.map { self[$0] })
    }

    private mutating func clearUnusedBits() {
        let used = count & 63
        if used != 0, let last = words.indices.last { words[last] &= (1 << UInt64(used)) - 1 }
    }
}
