/// The histories of all keys of a ``HistoryLayout``.
struct KeyTable: Sendable {
    /// With the lanes of the engine that uses the table.
    private(set) var layout: HistoryLayout
    private var index: KeyIndex
    /// One or two words for each key.
    private(set) var keys: [Int64] = []
    var histories: [KeyHistory] = []

    init(_ layout: HistoryLayout) {
        self.layout = layout
        index = KeyIndex(width: max(1, layout.keys.count))
    }

    var width: Int { index.width }

    var keyCount: Int { histories.count }

    var eventCount: Int { histories.reduce(0) { $0 + $1.count } }

    /// Bytes of memory, estimated.
    var byteCount: Int {
        histories.reduce(
            index.byteCount + keys.capacity * 8 + histories.capacity * MemoryLayout<KeyHistory>.stride
        ) { $0 + $1.byteCount(layout) }
    }

    mutating func reserveCapacity(_ count: Int) {
        keys.reserveCapacity(count * width)
        histories.reserveCapacity(count)
        index.reserveCapacity(count)
    }

    /// A row's key; nil where one of its values is missing. Without keys all rows have the same.
    @inline(__always)
    private func key(_ lanes: RowLanes, _ row: Int, _ layout: HistoryLayout) -> (Int64, Int64)? {
        switch layout.keys.count {
        case 0: return (0, 0)
        case 1:
            let key = layout.keys[0]
            return lanes[key.isPresent, row] == 0 ? nil : (lanes[key.word, row], 0)
        default:
            let (first, second) = (layout.keys[0], layout.keys[1])
            guard lanes[first.isPresent, row] != 0, lanes[second.isPresent, row] != 0 else { return nil }
            return (lanes[first.word, row], lanes[second.word, row])
        }
    }

    /// The position of the history of a row's key; nil if there is none.
    @inline(__always)
    func slot(_ lanes: RowLanes, _ row: Int, _ layout: HistoryLayout) -> Int? {
        key(lanes, row, layout).flatMap { index.slot(of: $0.0, $0.1, in: keys) }
    }

    /// The position of the history of a row's key, which is created if it does not exist; nil for a missing key.
    @inline(__always)
    mutating func makeSlot(_ lanes: RowLanes, _ row: Int) -> Int? {
        key(lanes, row, layout).map { makeSlot($0.0, $0.1) }
    }

    @inline(__always)
    mutating func makeSlot(_ first: Int64, _ second: Int64) -> Int {
        if let slot = index.slot(of: first, second, in: keys) { return slot }
        keys.append(first)
        if width == 2 { keys.append(second) }
        histories.append(KeyHistory())
        index.addLast(of: keys)
        return histories.count - 1
    }

    /// The words of a key; the second is 0 for keys of one.
    func words(_ slot: Int) -> (Int64, Int64) {
        width == 1 ? (keys[slot], 0) : (keys[2 * slot], keys[2 * slot + 1])
    }

    /// Belongs to another engine, which needs the same of the past, from now on.
    mutating func takeOver(_ layout: HistoryLayout) {
        for slot in histories.indices { histories[slot].takeOver(layout, from: self.layout) }
        self.layout = layout
    }

    /// Removes the rows up to and including that time, and the keys that have none left.
    mutating func evict(through time: Int64) {
        var keptCount = 0
        for slot in histories.indices {
            histories[slot].evict(through: time, layout)
            if !histories[slot].isEmpty { keptCount += 1 }
        }
        guard keptCount < keyCount else { return }
        var kept = KeyTable(layout)
        kept.reserveCapacity(keptCount)
        for slot in histories.indices where !histories[slot].isEmpty {
            let (first, second) = words(slot)
            kept.histories[kept.makeSlot(first, second)] = histories[slot]
            histories[slot] = KeyHistory()
        }
        self = kept
    }

    /// Marks the texts that keys and rows have.
    func markTexts(_ isUsed: inout [[Bool]]) {
        for (position, interner) in layout.keyInterners.enumerated() {
            guard let interner else { continue }
            for slot in histories.indices { isUsed[interner][Int(keys[slot * width + position])] = true }
        }
        for words in layout.values {
            guard let interner = words.interner else { continue }
            for history in histories {
                history.forEachValue(words, layout) { isUsed[interner][Int($0)] = true }
            }
        }
    }

    /// Gives texts their new numbers.
    mutating func renumberTexts(_ numbers: [[Int64]]) {
        for words in layout.values {
            guard let interner = words.interner else { continue }
            for slot in histories.indices { histories[slot].renumber(words, numbers[interner], layout) }
        }
        guard layout.keyInterners.contains(where: { $0 != nil }) else { return }
        var renumbered = KeyTable(layout)
        renumbered.reserveCapacity(histories.count)
        for slot in histories.indices {
            var key = words(slot)
            if let interner = layout.keyInterners[0] { key.0 = numbers[interner][Int(key.0)] }
            if width == 2, let interner = layout.keyInterners[1] { key.1 = numbers[interner][Int(key.1)] }
            renumbered.histories[renumbered.makeSlot(key.0, key.1)] = histories[slot]
            histories[slot] = KeyHistory()
        }
        self = renumbered
    }
}

/// The histories of several tables by pointer, for threads that share them.
///
/// `@unchecked Sendable`: the pointers are valid for the duration of ``withPointers(to:_:)``, whose body waits for the threads it
/// starts, and each history is touched by one thread.
struct TableHistories: @unchecked Sendable {
    private let pointers: [UnsafeMutableBufferPointer<KeyHistory>]

    subscript(table: Int) -> UnsafeMutableBufferPointer<KeyHistory> { pointers[table] }

    static func withPointers(to tables: inout [KeyTable], _ body: (TableHistories) -> Void) {
        func open(_ index: Int, _ pointers: [UnsafeMutableBufferPointer<KeyHistory>]) {
            guard index < tables.count else { return body(TableHistories(pointers: pointers)) }
            // Each array leaves the list while its pointer is in use, so that the next can be opened.
            var histories: [KeyHistory] = []
            swap(&histories, &tables[index].histories)
            histories.withUnsafeMutableBufferPointer { open(index + 1, pointers + [$0]) }
            swap(&histories, &tables[index].histories)
        }
        open(0, [])
    }
}
