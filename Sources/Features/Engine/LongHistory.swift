/// What a ``KeyHistory`` keeps beside its rows where it needs it: exact sums of numbers that are no multiples of 1/10,000, and
/// for long histories summaries of blocks of rows, and where each value was last.
struct LongHistory: Sendable {
    /// Rows of a block.
    static let blockRows = 256

    /// The running exact sums of the rests of each number; empty while all are 0.
    private var rests: [[ExactSum]]
    /// Whether any number has had a rest.
    private(set) var hasRests = false
    /// The running sums of the squares of the rests.
    private var restSquares: [[WideInteger]]
    /// For each ranked word its values, sorted within each whole block.
    private(set) var ranked: [[Int64]]
    /// For each number the least and the greatest value of each whole block.
    private(set) var extremes: [[(minimum: Double, maximum: Double)]]
    /// For each column of counted values the time of the last row of each value; nil while there are few rows.
    private var lasts: [[Int64: Int64]?]
    /// Corrections of labels: few.
    private(set) var labelChanges: [LabelChange] = []

    init(_ layout: HistoryLayout) {
        rests = [[ExactSum]](repeating: [], count: layout.numbers.count)
        restSquares = [[WideInteger]](repeating: [], count: layout.numbers.count)
        ranked = [[Int64]](repeating: [], count: layout.ranked.count)
        extremes = [[(minimum: Double, maximum: Double)]](repeating: [], count: layout.numbers.count)
        lasts = [[Int64: Int64]?](repeating: nil, count: layout.values.count)
    }

    var byteCount: Int {
        var count = 128
        for rest in rests { count += rest.capacity * 32 }
        for squares in restSquares { count += squares.reduce(0) { $0 + 8 + $1.words.capacity * 8 } }
        for words in ranked { count += words.capacity * 8 }
        for values in extremes { count += values.capacity * 16 }
        count += labelChanges.capacity * MemoryLayout<LabelChange>.stride
        for last in lasts { count += (last?.capacity ?? 0) * 22 }
        return count
    }

    // MARK: Rests

    /// The sum of a number's rests from one row to another.
    @inline(__always)
    func rest(_ number: Int, from lower: Int, to upper: Int) -> ExactSum {
        rests[number].isEmpty || lower == upper ? ExactSum() : rests[number][upper - 1] &- rests[number][lower - 1]
    }

    func restSquares(_ number: Int, from lower: Int, to upper: Int) -> WideInteger {
        restSquares[number].isEmpty || lower == upper
            ? WideInteger() : restSquares[number][upper - 1].subtracting(restSquares[number][lower - 1])
    }

    /// Makes room for a row, whose totals are those of the row before.
    mutating func insertRow(at position: Int) {
        guard hasRests else { return }
        for number in rests.indices where !rests[number].isEmpty {
            rests[number].insert(rests[number][position - 1], at: position)
        }
        for number in restSquares.indices where !restSquares[number].isEmpty {
            restSquares[number].insert(restSquares[number][position - 1], at: position)
        }
    }

    mutating func addRest(
        _ rest: ExactSum, _ square: WideInteger, of number: Int, from position: Int, rowCount: Int, needsSquares: Bool
    ) {
        hasRests = true
        if rests[number].isEmpty {
            rests[number] = [ExactSum](repeating: ExactSum(), count: rowCount)
            if needsSquares { restSquares[number] = [WideInteger](repeating: WideInteger(), count: rowCount) }
        }
        for later in position..<rowCount {
            rests[number][later] = rests[number][later] &+ rest
            if needsSquares { restSquares[number][later].add(square) }
        }
    }

    // MARK: Labels

    mutating func add(_ change: LabelChange) { labelChanges.append(change) }

    mutating func remove(_ change: LabelChange) {
        if let index = labelChanges.firstIndex(of: change) { labelChanges.remove(at: index) }
    }

    /// Removes the corrections of transactions up to and including that time.
    mutating func removeLabelChanges(through time: Int64) {
        if !labelChanges.isEmpty { labelChanges.removeAll { $0.time <= time } }
    }

    /// By how many the corrections known by a time change the number of frauds.
    /// - Parameters:
    ///   - start: The latest time of transactions that do not count any more.
    ///   - end: The latest time of those that count.
    func fraudDifference(after start: Int64, upTo end: Int64, knownBy time: Int64) -> Int {
        labelChanges.reduce(0) { sum, change in
            guard change.time > start, change.time <= end, change.knownAt <= time else { return sum }
            return sum + (change.isFraud ? 1 : -1)
        }
    }

    // MARK: Values

    func hasValues(_ value: Int) -> Bool { lasts[value] != nil }

    /// The time of the last row with a value.
    func last(_ value: Int, _ word: Int64) -> Int64? { lasts[value]?[word] }

    mutating func setLast(_ value: Int, _ word: Int64, _ time: Int64) {
        lasts[value]?[word] = time
    }

    mutating func indexValues(
        _ value: Int, _ rows: UnsafePointer<Int64>, _ count: Int, _ words: HistoryLayout.ValueWords, stride: Int,
        from first: Int
    ) {
        var last: [Int64: Int64] = [:]
        for row in first..<count {
            guard rows[row * stride + words.previous] != .max else { continue }
            last[rows[row * stride + words.value]] = rows[row * stride]
        }
        lasts[value] = last
    }

    /// Looks up values again after the words of some have changed.
    mutating func indexValuesAgain(
        _ rows: UnsafePointer<Int64>, _ count: Int, _ layout: HistoryLayout, from first: Int
    ) {
        for value in lasts.indices where lasts[value] != nil {
            indexValues(value, rows, count, layout.values[value], stride: layout.stride, from: first)
        }
    }

    // MARK: Blocks

    var hasBlocks: Bool { ranked.contains { !$0.isEmpty } || extremes.contains { !$0.isEmpty } }

    /// Summarises the whole blocks from a changed row on.
    mutating func updateBlocks(
        _ rows: UnsafePointer<Int64>, _ count: Int, _ layout: HistoryLayout, from position: Int
    ) {
        let blockRows = LongHistory.blockRows
        let whole = count / blockRows
        for index in ranked.indices {
            let start = min(position / blockRows, ranked[index].count / blockRows)
            guard start < whole else { continue }
            ranked[index].removeLast(ranked[index].count - start * blockRows)
            for block in start..<whole {
                let word = layout.ranked[index]
                ranked[index].append(
                    contentsOf: (block * blockRows..<(block + 1) * blockRows)
                        .map { rows[$0 * layout.stride + word] }.sorted())
            }
        }
        for index in extremes.indices where layout.numbers[index].minimum > 0 {
            let words = layout.numbers[index]
            let start = min(position / blockRows, extremes[index].count)
            guard start < whole else { continue }
            extremes[index].removeLast(extremes[index].count - start)
            for block in start..<whole {
                var extreme = WindowExtreme()
                for row in block * blockRows..<(block + 1) * blockRows where row > 0 {
                    extreme.add(
                        Double(bitPattern: UInt64(bitPattern: rows[row * layout.stride + words.minimum])),
                        Double(bitPattern: UInt64(bitPattern: rows[row * layout.stride + words.maximum])))
                }
                extremes[index].append((extreme.minimum, extreme.maximum))
            }
        }
    }

    /// Removes the first rows: whole blocks if there are any.
    mutating func removeRows(
        _ removed: Int, _ rows: UnsafePointer<Int64>, _ count: Int, _ layout: HistoryLayout, from first: Int
    ) {
        for number in rests.indices where !rests[number].isEmpty { rests[number].removeFirst(removed) }
        for number in restSquares.indices where !restSquares[number].isEmpty {
            restSquares[number].removeFirst(removed)
        }
        for index in ranked.indices where !ranked[index].isEmpty { ranked[index].removeFirst(removed) }
        for index in extremes.indices where !extremes[index].isEmpty {
            extremes[index].removeFirst(removed / LongHistory.blockRows)
        }
        indexValuesAgain(rows, count, layout, from: first)
    }
}

/// The least and the greatest of some numbers; NaN without any.
struct WindowExtreme {
    private(set) var minimum = Double.nan
    private(set) var maximum = Double.nan

    @inline(__always)
    mutating func add(_ low: Double, _ high: Double) {
        if !(minimum <= low), !low.isNaN { minimum = low }
        if !(maximum >= high), !high.isNaN { maximum = high }
    }
}
