/// Counts of values: exact while there are few distinct ones, else the frequent values and an estimate of their number.
struct ValueCounts: Sendable {
    private var table = CountTable()
    /// nil while the table has all values.
    private var sketch: DistinctSketch?

    /// Whether all values are in the table.
    var isExact: Bool { sketch == nil }
    /// Whether ``makeRoom()`` must come before another value.
    var isFull: Bool { table.isFull }
    /// How much too low a count can be.
    var countError: Int { table.countError }
    /// The values with their counts, in no particular order; only the frequent ones unless ``isExact``.
    var entries: some Sequence<CountTable.Entry> { table.entries }

    /// Counts a value.
    /// - Returns: false if it is not in the table: ``insert(_:payload:)`` must follow.
    @inline(__always)
    mutating func count(_ hash: UInt64) -> Bool {
        sketch?.add(hash)
        return table.count(hash)
    }

    /// Adds a value that ``count(_:)`` has not found.
    mutating func insert(_ hash: UInt64, payload: Int64) {
        sketch?.add(hash)
        table.insert(hash, payload: payload)
    }

    /// Keeps only the most frequent values; the others are still estimated.
    mutating func makeRoom() {
        if sketch == nil {
            var sketch = DistinctSketch()
            for entry in table.entries { sketch.add(entry.hash) }
            self.sketch = sketch
        }
        table.purge()
    }

    /// Exchanges what the owner finds the values by.
    mutating func replacePayloads(_ transform: (Int64) -> Int64) { table.replacePayloads(transform) }

    /// The number of distinct values among `count`.
    func distinct(of count: Int) -> DistinctCount {
        guard let sketch else { return DistinctCount(count: table.used, isExact: true) }
        return DistinctCount(
            count: min(count, Int(sketch.estimate.rounded())), isExact: false,
            standardError: DistinctSketch.standardError)
    }

    /// The values that occur most often, equally frequent ones by their hash.
    func mostFrequent(_ limit: Int) -> [CountTable.Entry] {
        var best: [CountTable.Entry] = []
        for entry in table.entries {
            if best.count == limit, let last = best.last, !Self.precedes(entry, last) { continue }
            if best.count == limit { best.removeLast() }
            best.insert(entry, at: best.firstIndex { Self.precedes(entry, $0) } ?? best.count)
        }
        return best
    }

    private static func precedes(_ left: CountTable.Entry, _ right: CountTable.Entry) -> Bool {
        (left.count, right.hash) > (right.count, left.hash)
    }
}
