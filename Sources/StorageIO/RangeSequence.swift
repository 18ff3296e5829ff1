/// Consecutive ranges that cover an input from its first byte to its last.
actor RangeSequence {
    private let size: Int64
    private let step: Int64
    private var position: Int64 = 0

    init(size: Int64, step: Int64) {
        self.size = size
        self.step = step
    }

    func next() -> Range<Int64>? {
        guard position < size else { return nil }
        let range = position..<min(size, position + step)
        position = range.upperBound
        return range
    }

    /// The next ranges, fewer at the end.
    func next(_ count: Int) -> [Range<Int64>] { (0..<count).compactMap { _ in next() } }
}
