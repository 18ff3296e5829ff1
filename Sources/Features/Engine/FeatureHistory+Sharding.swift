import Essentials

extension FeatureHistory {
    /// Adds the transactions of another history, which has none of this one's.
    /// - Throws: ``FeatureEngineError/unmergeable(_:)`` when the histories are of different plans or another lateness.
    public mutating func merge(_ other: FeatureHistory) throws(FeatureEngineError) {
        guard tables.map(\.layout.description) == other.tables.map(\.layout.description) else {
            throw .unmergeable("they were kept for different plans")
        }
        guard lateness == other.lateness else {
            throw .unmergeable("one is for transactions \(lateness) late, the other for \(other.lateness)")
        }
        let numbers = interners.indices.map { index in
            (0..<other.interners[index].count).map { number in
                other.interners[index][number].withUnsafeBufferPointer { interners[index].intern($0) }
            }
        }
        for index in tables.indices {
            var table = KeyTable(tables[index].layout, of: other.tables[index])
            table.renumberTexts(numbers)
            tables[index].merge(table)
        }
        for (transaction, reports) in other.labels { labels[transaction, default: LabelReports()].merge(reports) }
        if let time = other.watermark.time, watermark.time.map({ $0 < time }) ?? true { watermark = other.watermark }
        if let time = other.newestTime { newestTime = max(newestTime ?? time, time) }
    }

    /// Divides the history by keys; each part has all of a key's rows, and ``merge(_:)`` of all parts gives the history again.
    /// A label that comes later is to be recorded in each part, since a transaction has several keys.
    /// - Parameter count: At least 1.
    public func split(into count: Int) -> [FeatureHistory] {
        precondition(count > 0, "a history is divided into at least one part")
        return (0..<count).map { part in
            var shard = self
            for index in tables.indices {
                shard.tables[index].keep { slot in
                    Int(truncatingIfNeeded: hash(tables[index], slot) % UInt64(count)) == part
                }
            }
            shard.removeUnusedTexts(all: true)
            return shard
        }
    }

    /// Of a key's values, the same on every machine.
    private func hash(_ table: KeyTable, _ slot: Int) -> UInt64 {
        let key = table.words(slot)
        var hash: UInt64 = 0
        for (position, word) in [key.0, key.1].prefix(table.layout.keys.count).enumerated() {
            if let interner = table.layout.keyInterners[position] {
                // FNV-1a.
                var text: UInt64 = 0xCBF2_9CE4_8422_2325
                for byte in interners[interner][Int(word)] { text = (text ^ UInt64(byte)) &* 0x100_0000_01B3 }
                hash = SplitMix64.mixed(hash ^ text)
            } else {
                hash = SplitMix64.mixed(hash &+ UInt64(bitPattern: word))
            }
        }
        return hash
    }
}

extension KeyTable {
    /// The histories of another table whose layout is equal.
    init(_ layout: HistoryLayout, of other: KeyTable) {
        self.init(layout)
        reserveCapacity(other.keyCount)
        for slot in other.histories.indices {
            let (first, second) = other.words(slot)
            var history = other.histories[slot]
            history.takeOver(layout, from: other.layout)
            histories[makeSlot(first, second)] = history
        }
    }

    /// Keeps only some keys.
    mutating func keep(_ isKept: (Int) -> Bool) {
        var kept = KeyTable(layout)
        for slot in histories.indices where isKept(slot) {
            let (first, second) = words(slot)
            kept.histories[kept.makeSlot(first, second)] = histories[slot]
        }
        self = kept
    }

    /// Adds the rows of another table of the same layout.
    mutating func merge(_ other: KeyTable) {
        let lanes = LaneMemory(layout.laneCount)
        for source in other.histories.indices {
            let (first, second) = other.words(source)
            let slot = makeSlot(first, second)
            guard !histories[slot].isEmpty else {
                histories[slot] = other.histories[source]
                continue
            }
            let history = other.histories[source]
            for position in Int(history.first)..<history.rows.count {
                if layout.tile > 0 {
                    let time = history.rows[position * layout.stride]
                    histories[slot].insert(history.tile(position, layout), at: time, layout)
                } else {
                    history.export(position, lanes.lanes, layout)
                    histories[slot].insert(lanes.lanes, 0, layout)
                }
            }
            for change in history.long.first?.labelChanges ?? [] { histories[slot].add(change, layout) }
        }
    }
}

/// Lanes of a single row.
final class LaneMemory {
    let lanes: RowLanes

    init(_ count: Int) {
        let base = UnsafeMutablePointer<Int64>.allocate(capacity: count)
        base.initialize(repeating: 0, count: count)
        lanes = RowLanes(base: base, rowCount: 1)
        lanes[RowLanes.recorded, 0] = 1
    }

    deinit { lanes.base.deallocate() }
}
