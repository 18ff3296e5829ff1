/// The number of amounts in each quarter of an octave: edges are powers of two times 1, 1.25, 1.5 and 1.75, so that a
/// bin is found by a shift.
struct AmountHistogram: Sendable {
    private static let shift: UInt64 = 50
    private(set) var counts = [Int](repeating: 0, count: 1 << 13)

    /// - Parameter amounts: all positive and finite.
    mutating func add(_ amounts: UnsafeBufferPointer<Double>) {
        counts.withUnsafeMutableBufferPointer { counts in
            for amount in amounts { counts[Int(truncatingIfNeeded: amount.bitPattern >> AmountHistogram.shift)] += 1 }
        }
    }

    /// Adds those amounts that are positive and finite: the others have no bin.
    mutating func addPositive(_ amounts: UnsafeBufferPointer<Double>) {
        for amount in amounts where amount > 0 && amount.isFinite {
            counts[Int(truncatingIfNeeded: amount.bitPattern >> AmountHistogram.shift)] += 1
        }
    }

    mutating func remove(_ amount: Double) {
        counts[Int(truncatingIfNeeded: amount.bitPattern >> AmountHistogram.shift)] -= 1
    }

    mutating func merge(_ other: AmountHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The bins from the first to the last that holds amounts of `before`.
    static func bins(before: AmountHistogram, after: AmountHistogram) -> [CleaningReport.AmountBin] {
        guard let first = before.counts.firstIndex(where: { $0 > 0 }),
            let last = before.counts.lastIndex(where: { $0 > 0 })
        else { return [] }
        return (first...last).map { index in
            CleaningReport.AmountBin(
                lower: Double(bitPattern: UInt64(index) << shift),
                upper: Double(bitPattern: UInt64(index + 1) << shift),
                before: before.counts[index], after: after.counts[index])
        }
    }
}
