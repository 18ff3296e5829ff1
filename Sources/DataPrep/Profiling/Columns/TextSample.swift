/// Distinct texts with the smallest hashes: a sample that does not depend on the order of the rows.
struct TextSample: Sendable {
    /// How many are kept.
    static let size = 1_000

    private var texts: [UInt64: [UInt8]] = [:]
    /// Hashes from here on are not among the smallest.
    private var bound = UInt64.max

    /// Adds a text that may have been added before.
    @inline(__always)
    mutating func add(_ hash: UInt64, _ text: UnsafeRawBufferPointer) {
        if hash < bound { insert(hash, text) }
    }

    private mutating func insert(_ hash: UInt64, _ text: UnsafeRawBufferPointer) {
        guard texts[hash] == nil else { return }
        texts[hash] = Array(text)
        // Room for twice as many, so that sorting is rare.
        if texts.count >= 2 * Self.size {
            bound = texts.keys.sorted()[Self.size]
            texts = texts.filter { $0.key < bound }
        }
    }

    /// At most ``size`` texts, in the order of their hashes.
    var strings: [String] {
        texts.sorted { $0.key < $1.key }.prefix(Self.size).map { String(decoding: $0.value, as: UTF8.self) }
    }
}
