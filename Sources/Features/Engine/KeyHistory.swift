/// The past of one key: rows in ascending time, as a ``HistoryLayout`` describes them.
///
/// Before the first row is a base row, with the running totals of what has been evicted.
struct KeyHistory: Sendable {
    private(set) var rows = RowStore()
    /// The position of the first row that has not been evicted; at least 1, except without rows.
    private(set) var first: Int32 = 0
    /// Whether there is a ``long``, so that nobody needs to read memory for that.
    private(set) var isLong = false
    /// At most one: what few histories need.
    private(set) var long: [LongHistory] = []

    /// How many rows have not been evicted.
    var count: Int { rows.count - Int(first) }

    var isEmpty: Bool { rows.isEmpty }

    /// Bytes of memory behind the pointers.
    func byteCount(_ layout: HistoryLayout) -> Int { rows.byteCount(layout) + (long.first?.byteCount ?? 0) }

    mutating func reserveCapacity(_ count: Int, _ layout: HistoryLayout) {
        rows.reserveCapacity(count + 1, layout)
    }

    /// Belongs to another layout with the same words from now on.
    mutating func takeOver(_ layout: HistoryLayout, from former: HistoryLayout) {
        guard !isEmpty, layout !== former else { return }
        rows.takeOver(layout)
        for (words, known) in zip(layout.values, former.values) where words.reach > known.reach {
            let base = rows.writable(layout)
            var last: [Int64: Int64] = [:]
            for row in Int(first)..<rows.count {
                let row = base + row * layout.stride
                guard row[words.previous] != .max else { continue }
                row[words.previous] = last.updateValue(row[0], forKey: row[words.value]) ?? .min
            }
            if isLong { long[0].updateBlocks(base, rows.count, layout, from: 0) }
        }
    }

    /// The position of the first row later than `time`.
    @inline(__always)
    func position(after time: Int64, _ layout: HistoryLayout) -> Int {
        guard let base = rows.base else { return 0 }
        return RowSearch.backward(after: time, in: base, stride: layout.stride, from: Int(first), upTo: rows.count)
    }

    /// Keeps where the windows of the transaction that was just recorded begin, end and have their extremes, for the searches
    /// of the next one.
    @inline(__always)
    func setCursors(_ ends: UnsafeMutablePointer<WindowQuery.Window>, isNewest: Bool, _ layout: HistoryLayout) {
        guard let base = rows.base else { return }
        for index in 0..<layout.boundCount { rows.setCursor(index, ends[index].lower) }
        let newest = rows.count &- 1
        for extreme in layout.extremes {
            let position = ends[extreme.cursor].lower
            let isStill =
                position == 0 || layout.links(extreme, base).isBeyond(position, newest, isMaximum: extreme.isMaximum)
            rows.setCursor(extreme.cursor, !isNewest ? 0 : isStill ? position : newest)
        }
    }

    /// The same without the ends.
    func moveCursors(_ time: Int64, _ bounds: UnsafeMutableBufferPointer<Int64>, _ layout: HistoryLayout) {
        guard let base = rows.base else { return }
        var limit = rows.count
        for index in bounds.indices {
            limit = RowSearch.position(
                after: layout.bound(time, bounds[index]), in: base, stride: layout.stride, from: Int(first),
                upTo: limit, near: rows.cursor(index))
            rows.setCursor(index, limit)
        }
        let newest = rows.count - 1
        for extreme in layout.extremes {
            let lower = rows.cursor(extreme.lower)
            let position =
                lower > newest
                ? nil
                : layout.links(extreme, base).extreme(
                    to: newest, from: lower, isMaximum: extreme.isMaximum, steps: ExtremeLinks.longest)
            rows.setCursor(extreme.cursor, position ?? 0)
        }
    }

    /// Reads the memory of the newest row and the cursors, so that the processor waits for several histories at a time.
    @inline(__always)
    func touchNewest(_ layout: HistoryLayout) -> Int64 {
        guard let base = rows.base, !rows.isEmpty else { return 0 }
        let row = base + (rows.count &- 1) &* layout.stride
        return base[-1] &+ row[0] &+ row[layout.stride &- 1]
    }

    /// Reads the memory of the rows at the cursors, and of those before them.
    @inline(__always)
    func touchCursors(_ layout: HistoryLayout) -> Int64 {
        guard let base = rows.base, !rows.isEmpty else { return 0 }
        let newest = rows.count &- 1
        let stride = layout.stride
        var sum: Int64 = 0
        for index in 0..<layout.cursorCount {
            let row = base + max(1, min(rows.cursor(index), newest)) &* stride
            sum &+= row[0 &- stride] &+ row[0] &+ row[stride &- 1]
        }
        return sum
    }

    /// Adds a transaction after those of the same time, or to its tile.
    /// - Returns: Whether it is the newest row.
    @discardableResult
    mutating func insert(_ lanes: RowLanes, _ row: Int, _ layout: HistoryLayout) -> Bool {
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
        return position == rows.count - 1
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
            let base = rows.insertRow(at: 0, layout)
            base[0] = .min
            for word in 1..<max(1, stride) { base[word] = 0 }
            first = 1
        }
        let position = position(after: time, layout)
        if layout.tile > 0, position > Int(first), rows[(position - 1) * stride] == time {
            _ = rows.writable(layout)
            return (position - 1, false)
        }
        let row = rows.insertRow(at: position, layout) + position * stride
        row[0] = time
        for word in 1..<max(1, stride) { row[word] = row[word - stride] }
        if isLong { long[0].insertRow(at: position) }
        // Until they are set again: another row may be the extreme now, or rows may have moved.
        for extreme in layout.extremes { rows.setCursor(extreme.cursor, 0) }
        return (position, true)
    }

    /// Adds to a running total.
    @inline(__always)
    private mutating func add(_ difference: Int64, to word: Int, from position: Int, _ layout: HistoryLayout) {
        let base = rows.writable(layout)
        for row in position..<rows.count { base[row &* layout.stride &+ word] &+= difference }
    }

    private mutating func add(squares: UInt128, to word: Int, from position: Int, _ layout: HistoryLayout) {
        guard squares != 0 else { return }
        let base = rows.writable(layout)
        for row in position..<rows.count {
            let words = base + (row &* layout.stride &+ word)
            let sum = KeyHistory.squares(words[0], words[1]) &+ squares
            words[0] = Int64(truncatingIfNeeded: sum)
            words[1] = Int64(truncatingIfNeeded: sum >> 64)
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
            rest, square, of: index, from: position, rowCount: rows.count,
            needsSquares: layout.numbers[index].squares > 0)
    }

    private mutating func insertExtreme(
        _ minimum: Double, _ maximum: Double, _ words: HistoryLayout.NumberWords, at position: Int, isNew: Bool,
        _ layout: HistoryLayout
    ) {
        let base = rows.writable(layout)
        let row = base + position * layout.stride
        var extreme = WindowExtreme()
        if !isNew {
            extreme.add(
                Double(bitPattern: UInt64(bitPattern: row[words.minimum])),
                Double(bitPattern: UInt64(bitPattern: row[words.maximum])))
        }
        extreme.add(minimum, maximum)
        row[words.minimum] = Int64(bitPattern: extreme.minimum.bitPattern)
        row[words.maximum] = Int64(bitPattern: extreme.maximum.bitPattern)
        guard words.links > 0 else { return }
        let links = ExtremeLinks(rows: base, stride: layout.stride, value: words.minimum, links: words.links)
        for later in position..<rows.count { links.set(at: later, from: Int(first)) }
    }

    private mutating func insertPoint(
        _ point: HistoryLayout.PointWords, _ lanes: RowLanes, _ row: Int, at position: Int, _ layout: HistoryLayout
    ) {
        let base = rows.writable(layout)
        let index = position * layout.stride + point.word
        var latitude = lanes.number(point.latitude.value, row)
        var longitude = lanes.number(point.longitude.value, row)
        if latitude.isNaN || longitude.isNaN { (latitude, longitude) = (.nan, .nan) }
        let isTie = position > Int(first) && rows[(position - 1) * layout.stride] == rows[position * layout.stride]
        if isTie {
            // The row was made from the one before, so that it has that one's point.
            let other = Double(bitPattern: UInt64(bitPattern: base[index]))
            let otherLongitude = Double(bitPattern: UInt64(bitPattern: base[index + 1]))
            if latitude.isNaN || (other, otherLongitude) > (latitude, longitude) {
                (latitude, longitude) = (other, otherLongitude)
            }
        }
        base[index] = Int64(bitPattern: latitude.bitPattern)
        base[index + 1] = Int64(bitPattern: longitude.bitPattern)
    }

    private mutating func setKnownAt(
        _ knownAt: Int64, isFraud: Bool, at position: Int, _ layout: HistoryLayout
    ) {
        let words = rows.writable(layout) + (position * layout.stride + layout.knownAtWord)
        words[0] = knownAt
        words[1] = isFraud ? knownAt : .max
    }

    /// How many rows are searched for a value before values are looked up instead.
    private static let searched = 64

    private mutating func insertValue(
        _ index: Int, _ lanes: RowLanes, _ row: Int, at position: Int, _ layout: HistoryLayout
    ) {
        let words = layout.values[index]
        let stride = layout.stride
        let value = lanes[words.lanes.word, row]
        let isPresent = lanes[words.lanes.isPresent, row] != 0
        let base = rows.writable(layout)
        base[position * stride + words.value] = isPresent ? value : 0
        base[position * stride + words.previous] = isPresent ? .min : .max
        guard isPresent else { return }
        let time = base[position * stride]
        let mayBeLater: Bool
        if isLong, long[0].hasValues(index) {
            let last = long[0].last(index, value)
            mayBeLater = last.map { $0 > time } ?? false
            if let last, last <= time { base[position * stride + words.previous] = last }
        } else {
            mayBeLater = position < rows.count - 1
        }
        if mayBeLater || !isLong || !long[0].hasValues(index) {
            setPrevious(index, value, at: position, base, layout)
        }
        if mayBeLater {
            for later in position + 1..<rows.count
            where base[later * stride + words.value] == value && base[later * stride + words.previous] != .max {
                base[later * stride + words.previous] = time
                return
            }
        }
        if isLong { long[0].setLast(index, value, time) }
    }

    /// Searches the last row before `position` that has the value, as far back as a window that holds that row can begin.
    private mutating func setPrevious(
        _ index: Int, _ value: Int64, at position: Int, _ base: UnsafeMutablePointer<Int64>, _ layout: HistoryLayout
    ) {
        let words = layout.values[index]
        let stride = layout.stride
        let reach = Tiles.earlier(base[position * stride], words.reach)
        var earlier = position - 1
        while earlier >= Int(first), base[earlier &* stride] > reach {
            if base[earlier &* stride &+ words.value] == value, base[earlier &* stride &+ words.previous] != .max {
                base[position * stride + words.previous] = base[earlier &* stride]
                break
            }
            earlier -= 1
        }
        let isFar = position - earlier > KeyHistory.searched || count >= 2 * LongHistory.blockRows
        guard isFar, !isLong || !long[0].hasValues(index) else { return }
        makeLong(layout)
        long[0].indexValues(index, base, rows.count, words, stride: stride, from: Int(first))
    }

    private mutating func makeLong(_ layout: HistoryLayout) {
        guard !isLong else { return }
        long = [LongHistory(layout)]
        isLong = true
    }

    private mutating func updateBlocks(from position: Int, _ layout: HistoryLayout) {
        let count = rows.count
        guard count >= 2 * LongHistory.blockRows || isLong && long[0].hasBlocks, let base = rows.base else { return }
        makeLong(layout)
        long[0].updateBlocks(base, count, layout, from: position)
    }

    /// Removes the rows up to and including that time.
    @inline(__always)
    mutating func evict(through time: Int64, _ layout: HistoryLayout) {
        guard !rows.isEmpty, Int(first) >= rows.count || rows[Int(first) * layout.stride] <= time else { return }
        evictRows(through: time, layout)
    }

    private mutating func evictRows(through time: Int64, _ layout: HistoryLayout) {
        let stride = layout.stride
        let count = rows.count
        while Int(first) < count, rows[Int(first) * stride] <= time { first += 1 }
        guard Int(first) < count else {
            self = KeyHistory()
            return
        }
        if !long.isEmpty { long[0].removeLabelChanges(through: time) }
        // Moving the rest when at least half of the array is free costs amortised constant time per row.
        guard Int(first) * 2 >= count else { return }
        var removed = Int(first) - 1
        if isLong, long[0].hasBlocks { removed -= removed % LongHistory.blockRows }
        guard removed > 0 else { return }
        rows.removeFirst(removed, layout)
        first -= Int32(removed)
        if isLong, let base = rows.base { long[0].removeRows(removed, base, rows.count, layout, from: Int(first)) }
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
        let words = rows.writable(layout) + (changed * layout.stride + layout.knownAtWord)
        words[0] = later.knownAt
        words[1] = later.fraudKnownAt
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
        guard !rows.isEmpty else { return }
        let base = rows.writable(layout)
        for row in Int(first)..<rows.count where base[row * stride + words.previous] != .max {
            let index = row * stride + words.value
            base[index] = numbers[Int(base[index])]
        }
        if isLong { long[0].indexValuesAgain(base, rows.count, layout, from: Int(first)) }
    }

    /// Calls `body` with each counted value that is not missing.
    func forEachValue(_ words: HistoryLayout.ValueWords, _ layout: HistoryLayout, _ body: (Int64) -> Void) {
        for row in Int(first)..<rows.count where rows[row * layout.stride + words.previous] != .max {
            body(rows[row * layout.stride + words.value])
        }
    }
}
