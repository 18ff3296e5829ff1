/// What some transactions are to the engine: one lane of 64-bit words for each input, each with one word a row.
///
/// A batch fills lanes of many rows, a single transaction lanes of one; everything behind them is the same code, so that
/// both give the same bits. Numbers are stored by their bit patterns.
///
/// `@unchecked Sendable`: the memory outlives the parallel loops over it, and no two of their iterations write the same word.
struct RowLanes: @unchecked Sendable {
    let base: UnsafeMutablePointer<Int64>
    let rowCount: Int

    /// Microseconds since 1970.
    static let time = 0
    /// Whether the transaction is recorded: 0 or 1.
    static let recorded = 1
    /// 1 for a fraud, 0 for a genuine transaction, -1 where nobody knows.
    static let label = 2
    /// When the label became known, in microseconds since 1970; `Int64.max` where it is not known.
    static let knownAt = 3
    /// The watermark before the transaction, or `Int64.min`.
    static let watermark = 4
    /// The number of the lanes above.
    static let fixed = 5

    @inline(__always)
    subscript(lane: Int, row: Int) -> Int64 {
        get { base[lane &* rowCount &+ row] }
        nonmutating set { base[lane &* rowCount &+ row] = newValue }
    }

    @inline(__always)
    func number(_ lane: Int, _ row: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: self[lane, row]))
    }

    @inline(__always)
    func setNumber(_ value: Double, _ lane: Int, _ row: Int) {
        self[lane, row] = Int64(bitPattern: value.bitPattern)
    }
}

/// The lanes of a number: its value, and the units of its ``ExactAmount``.
struct NumberLanes: Sendable, Hashable {
    /// A double that is finite, or NaN where it is missing.
    let value: Int
    /// In 1/10,000; 0 where the number is no such multiple.
    let units: Int

    @inline(__always)
    func write(_ number: Double, to lanes: RowLanes, row: Int) {
        guard number.isFinite else {
            lanes.setNumber(.nan, value, row)
            lanes[units, row] = 0
            return
        }
        // -0 becomes 0, from which it does not differ.
        let number = number + 0
        lanes.setNumber(number, value, row)
        lanes[units, row] = ExactAmount(number).units
    }
}

/// The lanes of a key or category: a word that stands for the value, and whether there is one.
struct WordLanes: Sendable, Hashable {
    /// The integer itself, a double's bit pattern, or the number of an interned text; -1 for a text never seen.
    let word: Int
    /// 0 where the value is missing, else 1.
    let isPresent: Int
}
