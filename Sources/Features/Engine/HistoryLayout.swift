/// What a history keeps of the transactions of one set of keys: a row of 64-bit words for each transaction, or for each tile
/// of time.
///
/// Word 0 is the time. Counts, sums and squares are running totals that include the row, so that those of a window are the
/// difference of two rows.
///
/// `@unchecked Sendable`: nothing changes after the initializer. Lists are held by pointers, since the loops over rows would
/// otherwise retain and release arrays for every row.
final class HistoryLayout: @unchecked Sendable {
    /// The lanes of the keys, none to two.
    let keys: [WordLanes]
    /// For each key the interner of its texts; nil for integers.
    let keyInterners: [Int?]
    /// The lane that is 1 for transactions that are kept; nil for all.
    let filter: Int?
    /// The length of tiles in microseconds; 0 where single transactions are kept.
    let tile: Int64
    /// Words of a row.
    let stride: Int
    /// The running number of transactions, in tiles; else 0.
    let rowsWord: Int
    /// The running number of frauds; else 0.
    let fraudsWord: Int
    /// When each label became known, and when a fraud did, `Int64.max` for never; else 0.
    let knownAtWord: Int
    let numbers: UnsafeMutableBufferPointer<NumberWords>
    let values: UnsafeMutableBufferPointer<ValueWords>
    let points: UnsafeMutableBufferPointer<PointWords>
    /// The words that are counted by comparison: see ``LongHistory``.
    let ranked: UnsafeMutableBufferPointer<Int>
    /// How far back a window of a transaction reaches, in microseconds.
    let reach: Int64
    /// The number of ends of windows; each has a cursor in a ``RowStore``.
    let boundCount: Int
    /// The extremes of windows that end with the newest row; each has a cursor, too.
    let extremes: UnsafeMutableBufferPointer<ExtremeCursor>
    /// The number of all cursors.
    let cursorCount: Int
    /// The lanes of the engine whose table this is.
    let laneCount: Int
    /// The table in words; histories with equal ones are of the same plan.
    let description: String

    /// What is kept of a number; 0 for a word that is not needed.
    struct NumberWords {
        let lanes: NumberLanes
        /// The running number of values that are not missing; 0 where none is missing.
        let count: Int
        /// The running sum of units.
        let units: Int
        /// The running sum of the squares of units: the low half, then the high half.
        let squares: Int
        /// The value, or the least of the tile.
        let minimum: Int
        /// The value, or the greatest of the tile; the same word as ``minimum`` for single transactions.
        let maximum: Int
        /// The ``ExtremeLinks`` of single transactions.
        let links: Int
    }

    /// What is kept of a value of which different ones are counted.
    struct ValueWords {
        let lanes: WordLanes
        /// The interner of the lane's texts; nil for other values.
        let interner: Int?
        /// The value's word.
        let value: Int
        /// The time of the previous row with the same value; `Int64.min` if there is none, `Int64.max` where the value is
        /// missing. Rows out of ``reach`` may be left out.
        let previous: Int
        /// The longest window in which the values are counted, in microseconds.
        let reach: Int64
    }

    /// The greatest point so far among the transactions of the same time, so that it does not matter which of them came
    /// last.
    struct PointWords {
        let latitude: NumberLanes
        let longitude: NumberLanes
        /// Latitude, then longitude; NaN where they are missing.
        let word: Int
    }

    /// Where the extreme of a window was when the newest row was recorded: a position, or 0 where nobody knows.
    struct ExtremeCursor {
        let number: Int
        let isMaximum: Bool
        /// The cursor of the window's old end.
        let lower: Int
        let cursor: Int
    }

    init(_ parts: HistoryLayoutParts) {
        keys = parts.keys
        keyInterners = parts.keyInterners
        filter = parts.filter
        tile = parts.tile
        reach = parts.reach
        description = parts.description
        laneCount = parts.laneCount
        boundCount = parts.boundCount
        extremes = HistoryLayout.copy(parts.extremes)
        cursorCount = parts.boundCount + parts.extremes.count
        var next = 1
        func take(_ isNeeded: Bool, _ count: Int = 1) -> Int {
            guard isNeeded else { return 0 }
            defer { next += count }
            return next
        }
        rowsWord = take(parts.tile > 0)
        fraudsWord = take(parts.needsLabels && !parts.hasKnownAt)
        knownAtWord = take(parts.needsLabels && parts.hasKnownAt, 2)
        numbers = HistoryLayout.copy(
            parts.numbers.map { number in
                let needsCount = number.canBeMissing && (number.needsSum || number.needsSquares)
                let count = take(needsCount)
                let units = take(number.needsSum || number.needsSquares)
                let squares = take(number.needsSquares, 2)
                let minimum = take(number.needsExtremes)
                let areTiles = parts.tile > 0
                return NumberWords(
                    lanes: number.lanes, count: count, units: units, squares: squares, minimum: minimum,
                    maximum: areTiles ? take(number.needsExtremes) : minimum,
                    links: take(number.needsExtremes && !areTiles))
            })
        values = HistoryLayout.copy(
            parts.values.map {
                ValueWords(
                    lanes: $0.lanes, interner: $0.interner, value: take(true), previous: take(true), reach: $0.reach)
            })
        points = HistoryLayout.copy(
            parts.points.map { PointWords(latitude: $0.latitude, longitude: $0.longitude, word: take(true, 2)) })
        ranked = HistoryLayout.copy(
            values.map(\.previous) + (knownAtWord > 0 ? [knownAtWord, knownAtWord + 1] : []))
        stride = next
    }

    deinit {
        numbers.deallocate()
        values.deallocate()
        points.deallocate()
        ranked.deallocate()
        extremes.deallocate()
    }

    private static func copy<Element>(_ list: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: list.count)
        _ = copy.initialize(from: list)
        return copy
    }

    /// Whether rows have words for labels.
    var hasLabels: Bool { fraudsWord > 0 || knownAtWord > 0 }

    /// Whether rows have words that need ``LongHistory`` when there are many.
    var needsBlocks: Bool { !ranked.isEmpty || numbers.contains { $0.minimum > 0 } }

    /// The links of an extreme's number.
    @inline(__always)
    func links(_ extreme: ExtremeCursor, _ rows: UnsafeMutablePointer<Int64>) -> ExtremeLinks {
        let words = numbers[extreme.number]
        return ExtremeLinks(rows: rows, stride: stride, value: words.minimum, links: words.links)
    }

    /// The words before the rows of a ``RowStore``.
    @inline(__always)
    var cursorWords: Int { (cursorCount &+ 1) / 2 }

    /// Whether a row is kept once its features are computed.
    @inline(__always)
    func keeps(_ lanes: RowLanes, _ row: Int) -> Bool {
        lanes[RowLanes.recorded, row] != 0 && (filter.map { lanes[$0, row] != 0 } ?? true)
    }

    /// The start of a time's tile, or the time itself.
    @inline(__always)
    func rowTime(_ time: Int64) -> Int64 { tile == 0 ? time : Tiles.start(of: time, tile) }

    /// The time after which a window begins, or with which it ends, that far before a transaction. Between tiles it is the
    /// end of the last that has ended by then.
    @inline(__always)
    func bound(_ time: Int64, _ offset: Int64) -> Int64 {
        let bound = Tiles.earlier(time, offset)
        return tile == 0 ? bound : Tiles.earlier(Tiles.start(of: bound, tile), 1)
    }

    /// The latest time that no window of a transaction at most `lateness` behind the watermark reaches.
    @inline(__always)
    func horizon(watermark: Int64, lateness: Int64) -> Int64 {
        watermark == .min ? .min : Tiles.earlier(watermark, lateness + reach)
    }
}

/// What a ``HistoryLayout`` is made of.
struct HistoryLayoutParts {
    var keys: [WordLanes] = []
    var keyInterners: [Int?] = []
    var filter: Int?
    var tile: Int64 = 0
    var reach: Int64 = 0
    var needsLabels = false
    var hasKnownAt = false
    var numbers: [Number] = []
    var values: [Value] = []
    var points: [(latitude: NumberLanes, longitude: NumberLanes)] = []
    var description = ""
    var laneCount = 0
    var boundCount = 0
    var extremes: [HistoryLayout.ExtremeCursor] = []

    struct Number {
        let lanes: NumberLanes
        let canBeMissing: Bool
        var needsSum = false
        var needsSquares = false
        var needsExtremes = false
    }

    struct Value {
        let lanes: WordLanes
        let interner: Int?
        let reach: Int64
    }
}

/// Arithmetic of times that stops at the least one.
enum Tiles {
    @inline(__always)
    static func earlier(_ time: Int64, _ span: Int64) -> Int64 {
        let (result, overflow) = time.subtractingReportingOverflow(span)
        return overflow ? .min : result
    }

    /// The start of the tile that a time is in; tiles are counted from 1970-01-01T00:00:00.
    @inline(__always)
    static func start(of time: Int64, _ tile: Int64) -> Int64 {
        let rest = time % tile
        return rest >= 0 ? time - rest : earlier(time - rest, tile)
    }
}
