/// The category codes that a categorical split sends to its left side.
package struct CategorySet: Sendable, Hashable {
    /// Codes are below this: 32-bit floating point holds every whole number up to it, and XGBoost has the same limit.
    package static let codeLimit = 1 << 24
    /// How many 32-bit words the sets of one model may take: 256 MB, or 10,000 codes in 200,000 splits.
    package static let mostWords = 1 << 26

    /// The code of the first word's lowest bit; a multiple of 32.
    package let firstCode: Int
    /// Bit i of word w is code `firstCode + 32 w + i`. The first and the last word are not 0.
    package let words: [UInt32]

    /// - Parameter bits: bit i of word w is code 32 w + i, as in LightGBM's `cat_threshold`.
    package init(bits: some Collection<UInt32>) {
        let first = bits.firstIndex { $0 != 0 } ?? bits.endIndex
        firstCode = first == bits.endIndex ? 0 : bits.distance(from: bits.startIndex, to: first) * 32
        var words = Array(bits[first...])
        while words.last == 0 { words.removeLast() }
        self.words = words
    }

    /// - Parameter codes: in any order, each at least 0.
    package init(codes: [Int]) {
        let first = (codes.min() ?? 0) / 32
        firstCode = first * 32
        var words = [UInt32](repeating: 0, count: Self.wordCount(codes))
        for code in codes { words[code / 32 - first] |= 1 << UInt32(code % 32) }
        self.words = words
    }

    /// How many words a set of these codes takes.
    package static func wordCount(_ codes: [Int]) -> Int {
        guard let least = codes.min(), let greatest = codes.max() else { return 0 }
        return greatest / 32 - least / 32 + 1
    }

    package func contains(_ code: Int) -> Bool {
        guard code >= firstCode else { return false }
        let bit = code - firstCode
        guard bit / 32 < words.count else { return false }
        return words[bit / 32] >> UInt32(bit % 32) & 1 == 1
    }

    /// The codes, ascending.
    package var codes: [Int] {
        words.indices.flatMap { word in
            (0..<32).filter { words[word] >> UInt32($0) & 1 == 1 }.map { firstCode + word * 32 + $0 }
        }
    }

    /// The bits from code 0 on, as LightGBM writes them.
    package var bits: [UInt32] { [UInt32](repeating: 0, count: firstCode / 32) + words }
}
