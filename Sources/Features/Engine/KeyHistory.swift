/// The past of one key: rows in ascending time, as a ``HistoryLayout`` describes them, in one array.
///
/// Before the first row is a base row, with the running totals of what has been evicted.
struct KeyHistory: Sendable {
    private(set) var rows: [Int64] = []
    /// The position of the first row that has not been evicted; at least 1, except without rows.
    private(set) var first: Int32 = 0
    /// At most one: what few histories need.
    private(set) var long: [LongHistory] = []

    @inline(__always)
    func rowCount(_ layout: HistoryLayout) -> Int { rows.count / layout.stride }

    /// How many rows have not been evicted.
    func count(_ layout: HistoryLayout) -> Int { rowCount(layout) - Int(first) }

    var isEmpty: Bool { rows.isEmpty }

    /// Bytes of memory behind the array's pointers.
    func byteCount(_ layout: HistoryLayout) -> Int {
        (rows.isEmpty ? 0 : rows.capacity * 8 + 32) + (long.first?.byteCount ?? 0)
    }

    mutating func reserveCapacity(_ count: Int, _ layout: HistoryLayout) {
        rows.reserveCapacity((count + 1) * layout.stride)
    }

    /// The position of the first row later than `time`, known not to be after `limit`.
    ///
    /// Windows end near the newest row or begin near the oldest one, and memory access dominates the cost: so the search
    /// moves in from both ends in doubling steps before it bisects the rest.
    @inline(__always)
    static func position(
        after time: Int64, in rows: UnsafePointer<Int64>, stride: Int, from start: Int, upTo limit: Int
    ) -> Int {
        var lower = start, upper = limit
        var step = 1
        while step < upper - lower {
            if rows[(upper &- step) &* stride] <= time {
                lower = upper - step + 1
                break
            }
            upper -= step
            if rows[(lower &+ step &- 1) &* stride] > time {
                upper = min(upper, lower + step - 1)
                break
            }
            lower += step
            step *= 2
        }
        while lower < upper {
            let middle = (lower + upper) >> 1
            if rows[middle &* stride] <= time { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    /// The position of the first row later than `time`.
    func position(after time: Int64, _ layout: HistoryLayout) -> Int {
        guard !rows.isEmpty else { return 0 }
        return rows.withUnsafeBufferPointer { rows in
            guard let base = rows.baseAddress else { return 0 }
            return KeyHistory.position(
                after: time, in: base, stride: layout.stride, from: Int(first), upTo: rows.count / layout.stride)
        }
    }

    /// Adds a transaction after those of the same time, or to its tile.
    mutating func insert(_ lanes: RowLanes, _ row: Int, _ layout: HistoryLayout) {
        let time = layout.rowTime(lanes[RowLanes.time, row])
        let (position, isNew) = open(time, layout)
        if layout.rowsWord > 0 { add(1, to: layout.rowsWord, from: position, layout) }
        if layout.fraudsWord > 0, lanes[RowLanes.label, row] == 1 {
            add(1, to: layout.fraudsWord, from: position, layout)
        }
        if layout.knownAtWord > 0 {
            let label = lanes[RowLanes.label, row]
            let knownAt = label < 0 ? .max : lanes[RowLanes.knownAt, row]
            setKnownAt(knownAt, isFraud: label == 1, at: position, layout)
        }
        for index in layout.numbers.indices {
            insertNumber(index, lanes, row, at: position, isNew: isNew, layout)
        }
        for index in layout.values.indices { insertValue(index, lanes, row, at: position, layout) }
        for point in layout.points { insertPoint(point, lanes, row, at: position, layout) }
        if layout.needsBlocks { updateBlocks(from: position, layout) }
    }

    /// Adds what a tile has.
    mutating func insert(_ tile: Tile, at time: Int64, _ layout: HistoryLayout) {
        let (position, isNew) = open(time, layout)
        add(tile.rows, to: layout.rowsWord, from: position, layout)
        if layout.fraudsWord > 0 { add(tile.frauds, to: layout.fraudsWord, from: position, layout) }
        for (index, (words, number)) in zip(layout.numbers, tile.numbers).enumerated() {
            if words.minimum > 0 {
                insertExtreme(number.minimum, number.maximum, words, at: position, isNew: isNew, layout)
            }
            guard words.units > 0 else { continue }
            if words.count > 0 { add(number.count, to: words.count, from: position, layout) }
            add(number.units, to: words.units, from: position, layout)
            if words.squares > 0 { add(squares: number.squares, to: words.squares, from: position, layout) }
            if !number.rest.isZero || !number.restSquares.isZero {
                addRest(number.rest, number.restSquares, of: index, from: position, layout)
            }
        }
        if layout.needsBlocks { updateBlocks(from: position, layout) }
    }

    /// The row of a time: a new one with the totals of the row before, or the tile that is there.
    private mutating func open(_ time: Int64, _ layout: HistoryLayout) -> (position: Int, isNew: Bool) {
        let stride = layout.stride
        if rows.isEmpty {
            rows.append(contentsOf: repeatElement(0, count: stride))
            rows[0] = .min
            first = 1
        }
        let position = position(after: time, layout)
        if layout.tile > 0, position > Int(first), rows[(position - 1) * stride] == time {
            return (position - 1, false)
        }
        let before = (position - 1) * stride
        if position * stride == rows.count {
            rows.append(time)
            for word in 1..<max(1, stride) { rows.append(rows[before + word]) }
        } else {
            rows.insert(contentsOf: Array(rows[before..<before + stride]), at: position * stride)
            rows[position * stride] = time
        }
        if !long.isEmpty { long[0].insertRow(at: position) }
        return (position, true)
    }

    /// Adds to a running total.
    @inline(__always)
    private mutating func add(_ difference: Int64, to word: Int, from position: Int, _ layout: HistoryLayout) {
        rows.withUnsafeMutableBufferPointer { rows in
            var index = position * layout.stride + word
            while index < rows.count {
                rows[index] &+= difference
                index += layout.stride
            }
        }
    }

    private mutating func add(squares: UInt128, to word: Int, from position: Int, _ layout: HistoryLayout) {
        guard squares != 0 else { return }
        rows.withUnsafeMutableBufferPointer { rows in
            var index = position * layout.stride + word
            while index < rows.count {
                let sum = KeyHistory.squares(rows[index], rows[index + 1]) &+ squares
                rows[index] = Int64(truncatingIfNeeded: sum)
                rows[index + 1] = Int64(truncatingIfNeeded: sum >> 64)
                index += layout.stride
            }
        }
    }

    @inline(__always)
    static func squares(_ low: Int64, _ high: Int64) -> UInt128 {
        UInt128(UInt64(bitPattern: high)) << 64 | UInt128(UInt64(bitPattern: low))
    }

    private mutating func insertNumber(
        _ index: Int, _ lanes: RowLanes, _ row: Int, at position: Int, isNew: Bool, _ layout: HistoryLayout
    ) {
        let words = layout.numbers[index]
        let value = lanes.number(words.lanes.value, row)
        if words.minimum > 0 { insertExtreme(value, value, words, at: position, isNew: isNew, layout) }
        guard words.units > 0, !value.isNaN else { return }
        if words.count > 0 { add(1, to: words.count, from: position, layout) }
        let units = lanes[words.lanes.units, row]
        if units != 0 {
            add(units, to: words.units, from: position, layout)
            if words.squares > 0 {
                let square = UInt128(units.magnitude) * UInt128(units.magnitude)
                add(squares: square, to: words.squares, from: position, layout)
            }
        } else if value != 0 {
            let rest = ExactAmount(value).rest
            addRest(
                ExactSum(rest), words.squares > 0 ? WideInteger(squareOf: rest) : WideInteger(), of: index,
                from: position, layout)
        }
    }

    private mutating func addRest(
        _ rest: ExactSum, _ square: WideInteger, of index: Int, from position: Int, _ layout: HistoryLayout
    ) {
        makeLong(layout)
        long[0].addRest(
            rest, square, of: index, from: position, rowCount: rowCount(layout),
            needsSquares: layout.numbers[index].squares > 0)
    }

    private mutating func insertExtreme(
        _ minimum: Double, _ maximum: Double, _ words: HistoryLayout.NumberWords, at position: Int, isNew: Bool,
        _ layout: HistoryLayout
    ) {
        let index = position * layout.stride
        var extreme = WindowExtreme()
        if !isNew {
            extreme.add(
                Double(bitPattern: UInt64(bitPattern: rows[index + words.minimum])),
                Double(bitPattern: UInt64(bitPattern: rows[index + words.maximum])))
        }
        extreme.add(minimum, maximum)
        rows[index + words.minimum] = Int64(bitPattern: extreme.minimum.bitPattern)
        rows[index + words.maximum] = Int64(bitPattern: extreme.maximum.bitPattern)
    }

    private mutating func insertPoint(
        _ point: HistoryLayout.PointWords, _ lanes: RowLanes, _ row: Int, at position: Int, _ layout: HistoryLayout
    ) {
        let index = position * layout.stride + point.word
        var latitude = lanes.number(point.latitude.value, row)
        var longitude = lanes.number(point.longitude.value, row)
        if latitude.isNaN || longitude.isNaN { (latitude, longitude) = (.nan, .nan) }
        let isTie = position > Int(first) && rows[(position - 1) * layout.stride] == rows[position * layout.stride]
        if isTie {
            // The row was made from the one before, so that it has that one's point.
            let other = Double(bitPattern: UInt64(bitPattern: rows[index]))
            let otherLongitude = Double(bitPattern: UInt64(bitPattern: rows[index + 1]))
            if latitude.isNaN || (other, otherLongitude) > (latitude, longitude) {
                (latitude, longitude) = (other, otherLongitude)
            }
        }
        rows[index] = Int64(bitPattern: latitude.bitPattern)
        rows[index + 1] = Int64(bitPattern: longitude.bitPattern)
    }

    private mutating func setKnownAt(
        _ knownAt: Int64, isFraud: Bool, at position: Int, _ layout: HistoryLayout
    ) {
        let index = position * layout.stride + layout.knownAtWord
        rows[index] = knownAt
        rows[index + 1] = isFraud ? knownAt : .max
    }

    /// How many rows a history has before it looks up values instead of searching for them.
    private static let searched = 64

    private mutating func insertValue(
        _ index: Int, _ lanes: RowLanes, _ row: Int, at position: Int, _ layout: HistoryLayout
    ) {
        let words = layout.values[index]
        let stride = layout.stride
        let value = lanes[words.lanes.word, row]
        let isPresent = lanes[words.lanes.isPresent, row] != 0
        rows[position * stride + words.value] = isPresent ? value : 0
        rows[position * stride + words.previous] = isPresent ? .min : .max
        guard isPresent else { return }
        let time = rows[position * stride]
        let count = rowCount(layout)
        if long.first?.hasValues(index) != true, count - Int(first) > KeyHistory.searched {
            makeLong(layout)
            long[0].indexValues(index, rows, words, stride: stride, from: Int(first), except: position)
        }
        var mayBeLater = position < count - 1
        if let last = long.first?.last(index, value) {
            if last <= time {
                rows[position * stride + words.previous] = last
                mayBeLater = false
            }
        } else if long.first?.hasValues(index) == true {
            mayBeLater = false
        } else if let earlier = occurrence(of: value, words, stride: stride, before: position) {
            rows[position * stride + words.previous] = rows[earlier * stride]
        }
        if mayBeLater {
            if long.first?.hasValues(index) == true,
                let earlier = occurrence(of: value, words, stride: stride, before: position)
            {
                rows[position * stride + words.previous] = rows[earlier * stride]
            }
            for later in position + 1..<count
            where rows[later * stride + words.value] == value && rows[later * stride + words.previous] != .max {
                rows[later * stride + words.previous] = time
                return
            }
        }
        if !long.isEmpty { long[0].setLast(index, value, time) }
    }

    /// The position of the last row before `position` that has the value.
    private func occurrence(
        of value: Int64, _ words: HistoryLayout.ValueWords, stride: Int, before position: Int
    ) -> Int? {
        rows.withUnsafeBufferPointer { rows in
            var earlier = position - 1
            while earlier >= Int(first) {
                if rows[earlier * stride + words.value] == value, rows[earlier * stride + words.previous] != .max {
                    return earlier
                }
                earlier -= 1
            }
            return nil
        }
    }

    private mutating func makeLong(_ layout: HistoryLayout) {
        if long.isEmpty { long = [LongHistory(layout)] }
    }

    private mutating func updateBlocks(from position: Int, _ layout: HistoryLayout) {
        let count = rowCount(layout)
        guard count >= 2 * LongHistory.blockRows || long.first?.hasBlocks == true else { return }
        makeLong(layout)
        long[0].updateBlocks(rows, layout, from: position)
    }

    /// Removes the rows up to and including that time.
    @inline(__always)
    mutating func evict(through time: Int64, _ layout: HistoryLayout) {
        guard !rows.isEmpty, Int(first) * layout.stride >= rows.count || rows[Int(first) * layout.stride] <= time
        else { return }
        evictRows(through: time, layout)
    }

    private mutating func evictRows(through time: Int64, _ layout: HistoryLayout) {
        let stride = layout.stride
        let count = rowCount(layout)
        while Int(first) < count, rows[Int(first) * stride] <= time { first += 1 }
        guard Int(first) < count else {
            self = KeyHistory()
            return
        }
        if !long.isEmpty { long[0].removeLabelChanges(through: time) }
        // Moving the rest when at least half of the array is free costs amortised constant time per row.
        guard Int(first) * 2 >= count else { return }
        var removed = Int(first) - 1
        if long.first?.hasBlocks == true { removed -= removed % LongHistory.blockRows }
        guard removed > 0 else { return }
        rows.removeFirst(removed * stride)
        first -= Int32(removed)
        if !long.isEmpty { long[0].removeRows(removed, rows, layout, from: Int(first)) }
    }

    /// Changes the label of a transaction of exactly that time.
    ///
    /// Of several at that time it is one with the earlier label: rows of one time are in the same windows.
    /// - Returns: whether there is a row of that time.
    mutating func setLabel(
        from earlier: LabelReports, to later: LabelReports, at time: Int64, _ layout: HistoryLayout
    ) -> Bool {
        let end = position(after: layout.rowTime(time), layout)
        guard end > Int(first), rows[(end - 1) * layout.stride] == layout.rowTime(time) else { return false }
        guard earlier != later else { return true }
        if layout.knownAtWord > 0 {
            setKnownAt(from: earlier, to: later, before: end, layout)
            setLabelChanges(from: earlier.changes(at: time), to: later.changes(at: time), layout)
        } else if earlier.isFraud != later.isFraud {
            setFraud(later.isFraud, before: end, layout)
        }
        return true
    }

    private mutating func setKnownAt(
        from earlier: LabelReports, to later: LabelReports, before end: Int, _ layout: HistoryLayout
    ) {
        func position(of label: LabelReports) -> Int? {
            var position = end - 1
            while position >= Int(first), rows[position * layout.stride] == rows[(end - 1) * layout.stride] {
                let index = position * layout.stride + layout.knownAtWord
                if rows[index] == label.knownAt, rows[index + 1] == label.fraudKnownAt { return position }
                position -= 1
            }
            return nil
        }
        let found = position(of: earlier)
        // A row without the earlier label was recorded with another one than the caller says; it may have the new one.
        guard found != nil || position(of: later) == nil else { return }
        let changed = found ?? end - 1
        let index = changed * layout.stride + layout.knownAtWord
        rows[index] = later.knownAt
        rows[index + 1] = later.fraudKnownAt
        updateBlocks(from: changed, layout)
    }

    private mutating func setLabelChanges(
        from earlier: [LabelChange], to later: [LabelChange], _ layout: HistoryLayout
    ) {
        guard earlier != later else { return }
        makeLong(layout)
        for change in earlier { long[0].remove(change) }
        for change in later { long[0].add(change) }
    }

    /// Adds a correction of a label.
    mutating func add(_ change: LabelChange, _ layout: HistoryLayout) {
        makeLong(layout)
        long[0].add(change)
    }

    private mutating func setFraud(_ isFraud: Bool, before end: Int, _ layout: HistoryLayout) {
        let (stride, word) = (layout.stride, layout.fraudsWord)
        let time = rows[(end - 1) * stride]
        var position = end - 1
        while position >= Int(first), rows[position * stride] == time {
            let frauds = rows[position * stride + word] &- rows[(position - 1) * stride + word]
            let rowCount =
                layout.tile == 0
                ? 1
                : rows[position * stride + layout.rowsWord] &- rows[(position - 1) * stride + layout.rowsWord]
            if isFraud ? frauds < rowCount : frauds > 0 {
                return add(isFraud ? 1 : -1, to: word, from: position, layout)
            }
            position -= 1
        }
    }

    /// Gives the texts of a counted value their new numbers.
    mutating func renumber(_ words: HistoryLayout.ValueWords, _ numbers: [Int64], _ layout: HistoryLayout) {
        let stride = layout.stride
        for row in Int(first)..<rowCount(layout) where rows[row * stride + words.previous] != .max {
            let index = row * stride + words.value
            rows[index] = numbers[Int(rows[index])]
        }
        if !long.isEmpty { long[0].indexValuesAgain(rows, layout, from: Int(first)) }
    }

    /// Calls `body` with each counted value that is not missing.
    func forEachValue(_ words: HistoryLayout.ValueWords, _ layout: HistoryLayout, _ body: (Int64) -> Void) {
        for row in Int(first)..<rowCount(layout) where rows[row * layout.stride + words.previous] != .max {
            body(rows[row * layout.stride + words.value])
        }
    }
}
