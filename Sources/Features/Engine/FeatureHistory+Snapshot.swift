import Checksums
import Essentials

extension FeatureHistory {
    /// The history as bytes; the same transactions recorded in the same order give the same bytes, however they were batched.
    ///
    /// Layout: `AFFH`, version (1 byte), the descriptions of the tables, lateness, watermark, newest time, the texts of each
    /// interner in ascending order, the tables, in version 2 the labels, CRC-32C of all before (4 bytes, little-endian). A table
    /// is the number of keys, then per key in ascending order its words, the number of rows, and per row the time less the one
    /// before and what the table holds of it; in version 2 corrections of labels follow where the table has times of labels.
    /// The labels are those that came after their transactions: per transaction the time, the values that identify it, and what
    /// became known when; without any, the version is 1. Integers are LEB128, signed ones in zigzag form; doubles have 8 bytes,
    /// little-endian. Only what a window can still reach is written.
    public func encoded() -> [UInt8] {
        var kept = self
        kept.removeUnreachable(allTexts: true)
        var writer = VarintWriter()
        writer.bytes = FeatureHistory.magic + [kept.labels.isEmpty ? 1 : FeatureHistory.version]
        writer.append(unsigned: UInt64(tables.count))
        for table in tables { writer.append(text: Array(table.layout.description.utf8)[...]) }
        writer.append(signed: lateness.microseconds)
        writer.append(optional: watermark.time)
        writer.append(optional: newestTime)
        writer.append(unsigned: UInt64(kept.interners.count))
        var ranks: [[Int64]] = []
        for interner in kept.interners {
            let order = (0..<interner.count).sorted { interner[$0].lexicographicallyPrecedes(interner[$1]) }
            var rank = [Int64](repeating: 0, count: order.count)
            writer.append(unsigned: UInt64(order.count))
            for (position, number) in order.enumerated() {
                rank[number] = Int64(position)
                writer.append(text: interner[number])
            }
            ranks.append(rank)
        }
        for index in kept.tables.indices {
            kept.tables[index].renumberTexts(ranks)
            writer.append(kept.tables[index], hasLabels: !kept.labels.isEmpty)
        }
        if !kept.labels.isEmpty { writer.append(kept.labels) }
        let checksum = CRC32C.checksum(writer.bytes)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            writer.bytes.append(UInt8(truncatingIfNeeded: checksum >> shift))
        }
        return writer.bytes
    }

    /// Restores a history from the bytes of ``encoded()``.
    /// - Parameter engine: Of the same plan, or of one that needs the same of the past.
    /// - Throws: ``FeatureEngineError/malformedHistory(byteOffset:message:)``, or
    ///   ``FeatureEngineError/historyMismatch(unexpected:missing:)`` that says how the plans differ.
    public init(decoding bytes: [UInt8], for engine: FeatureEngine) throws(FeatureEngineError) {
        let header = FeatureHistory.magic.count + 1
        guard bytes.count >= header + 4, bytes.starts(with: FeatureHistory.magic) else {
            throw .malformedHistory(byteOffset: 0, message: "not a feature history")
        }
        let version = bytes[header - 1]
        guard (1...FeatureHistory.version).contains(version) else {
            throw .malformedHistory(
                byteOffset: header - 1, message: "version \(version), known are 1 to \(FeatureHistory.version)")
        }
        let end = bytes.count - 4
        let stored = bytes[end...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard CRC32C.checksum(bytes[..<end]) == stored else {
            throw .malformedHistory(byteOffset: end, message: "the checksum does not match")
        }
        var reader = VarintReader(bytes: bytes[..<end], position: header)
        do {
            var descriptions: [String] = []
            for _ in 0..<(try reader.integer(upTo: end)) {
                descriptions.append(String(decoding: try reader.text(), as: UTF8.self))
            }
            try engine.require(descriptions)
            self = try reader.history(for: engine, hasLabels: version > 1)
            guard reader.position == end else { throw reader.failure("something follows the tables") }
        } catch let error as FeatureEngineError {
            throw error
        } catch FeatureError.malformedState(let byteOffset, let message) {
            throw .malformedHistory(byteOffset: byteOffset, message: message)
        } catch {
            throw .malformedHistory(byteOffset: reader.position, message: "\(error)")
        }
    }

    private static let magic = Array("AFFH".utf8)
    private static let version: UInt8 = 2
}

extension VarintWriter {
    mutating func append(text: ArraySlice<UInt8>) {
        append(unsigned: UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    fileprivate mutating func append(optional value: Int64?) {
        append(unsigned: value == nil ? 0 : 1)
        if let value { append(signed: value) }
    }

    fileprivate mutating func append(word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    mutating func append(_ number: Double) { append(word: number.bitPattern) }

    /// A number as 0 where it is missing, as 1 and the double, or as its units of 1/10,000.
    fileprivate mutating func append(value: Double) {
        guard !value.isNaN else { return append(unsigned: 0) }
        let exact = ExactAmount(value)
        guard exact.units != 0 || value == 0 else {
            append(unsigned: 1)
            return append(value)
        }
        append(unsigned: UInt64(bitPattern: exact.units << 1 ^ exact.units >> 63) + 2)
    }

    fileprivate mutating func append(_ number: WideInteger) {
        append(unsigned: UInt64(number.words.count))
        for word in number.words { append(word: word) }
    }

    fileprivate mutating func append(_ table: KeyTable, hasLabels: Bool) {
        let layout = table.layout
        let lanes = LaneMemory(layout.laneCount)
        let order = table.histories.indices.sorted { table.words($0) < table.words($1) }
        append(unsigned: UInt64(order.count))
        for slot in order {
            let key = table.words(slot)
            append(signed: key.0)
            if layout.keys.count == 2 { append(signed: key.1) }
            let history = table.histories[slot]
            append(unsigned: UInt64(history.count))
            var previous: Int64 = 0
            for position in Int(history.first)..<history.rows.count {
                let time = history.rows[position * layout.stride]
                append(signed: time &- previous)
                previous = time
                if layout.tile > 0 {
                    append(history.tile(position, layout), layout)
                } else {
                    history.export(position, lanes.lanes, layout)
                    append(lanes.lanes, layout)
                }
            }
            if hasLabels, layout.knownAtWord > 0 { append(history.long.first?.labelChanges ?? []) }
        }
    }

    private mutating func append(_ lanes: RowLanes, _ layout: HistoryLayout) {
        if layout.fraudsWord > 0 { append(unsigned: UInt64(max(0, lanes[RowLanes.label, 0]))) }
        if layout.knownAtWord > 0 {
            append(unsigned: UInt64(lanes[RowLanes.label, 0] + 1))
            if lanes[RowLanes.label, 0] >= 0 { append(signed: lanes[RowLanes.knownAt, 0]) }
        }
        for number in layout.numbers { append(value: lanes.number(number.lanes.value, 0)) }
        for value in layout.values {
            append(optional: lanes[value.lanes.isPresent, 0] == 0 ? nil : lanes[value.lanes.word, 0])
        }
        for point in layout.points {
            append(lanes.number(point.latitude.value, 0))
            append(lanes.number(point.longitude.value, 0))
        }
    }

    private mutating func append(_ tile: KeyHistory.Tile, _ layout: HistoryLayout) {
        append(signed: tile.rows)
        append(signed: tile.frauds)
        for number in tile.numbers {
            append(signed: number.count)
            append(signed: number.units)
            append(WideInteger(number.squares))
            append(unsigned: number.rest.isNegative ? 1 : 0)
            append(number.rest.magnitude)
            append(number.restSquares)
            append(value: number.minimum)
            append(value: number.maximum)
        }
    }
}

extension VarintReader {
    mutating func text() throws(FeatureError) -> ArraySlice<UInt8> {
        let count = try integer(upTo: bytes.endIndex - position)
        guard count <= bytes.endIndex - position else { throw failure("the history ends early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func optional() throws(FeatureError) -> Int64? {
        try integer(upTo: 1) == 0 ? nil : try signed()
    }

    private mutating func word() throws(FeatureError) -> UInt64 {
        guard bytes.endIndex - position >= 8 else { throw failure("the history ends early") }
        defer { position += 8 }
        return bytes[position..<position + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private mutating func value() throws(FeatureError) -> Double {
        let stored = try unsigned()
        switch stored {
        case 0: return .nan
        case 1:
            let value = Double(bitPattern: try word())
            guard value.isFinite else { throw failure("a value of \(value)") }
            return value
        default:
            let zigzag = stored - 2
            let units = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
            guard VarintReader.units.contains(units) else { throw failure("a value of \(units) units") }
            return Double(units) / Double(ExactAmount.unitsPerOne)
        }
    }

    private mutating func wide(upTo limit: Int) throws(FeatureError) -> WideInteger {
        var words: [UInt64] = []
        for _ in 0..<(try integer(upTo: limit)) { words.append(try word()) }
        return WideInteger(words: words)
    }

    fileprivate mutating func history(
        for engine: FeatureEngine, hasLabels: Bool
    ) throws(FeatureError) -> FeatureHistory {
        guard let lateness = FeatureDuration(microseconds: try signed()) else { throw failure("a lateness below 0") }
        var history = engine.makeHistory(lateness: lateness)
        history.watermark = Watermark(time: try optional())
        history.newestTime = try optional()
        guard try integer(upTo: history.interners.count) == history.interners.count else {
            throw failure("texts of other columns")
        }
        for index in history.interners.indices {
            for number in 0..<(try integer(upTo: bytes.endIndex - position)) {
                let interned = try text().withUnsafeBufferPointer { history.interners[index].intern($0) }
                guard interned == Int64(number) else { throw failure("a text that is there twice") }
            }
        }
        for index in history.tables.indices {
            try table(&history.tables[index], history.interners.map(\.count), hasLabels: hasLabels)
        }
        if hasLabels { history.labels = try labels() }
        return history
    }

    private mutating func key(_ interner: Int?, _ texts: [Int]) throws(FeatureError) -> Int64 {
        let word = try signed()
        if let interner, !(0..<Int64(texts[interner])).contains(word) { throw failure("text \(word) is not there") }
        return word
    }

    private mutating func table(
        _ table: inout KeyTable, _ texts: [Int], hasLabels: Bool
    ) throws(FeatureError) {
        let layout = table.layout
        let lanes = LaneMemory(layout.laneCount)
        // Every key and every row takes at least two bytes, which bounds their numbers by the number of bytes.
        let keyCount = try integer(upTo: (bytes.endIndex - position) / 2)
        table.reserveCapacity(keyCount)
        for index in 0..<keyCount {
            let first = try key(layout.keyInterners.first ?? nil, texts)
            let second = layout.keys.count == 2 ? try key(layout.keyInterners[1], texts) : 0
            guard table.makeSlot(first, second) == index else { throw failure("a key that is there twice") }
            let count = try integer(upTo: bytes.endIndex - position)
            guard count > 0 else { throw failure("a key without rows") }
            var history = KeyHistory()
            history.reserveCapacity(count, layout)
            var time: Int64 = 0
            var transactions: Int64 = 0
            for row in 0..<count {
                let (next, overflow) = time.addingReportingOverflow(try signed())
                guard !overflow, row == 0 || next >= time else { throw failure("times that do not ascend") }
                time = next
                if layout.tile > 0 {
                    guard layout.rowTime(time) == time else { throw failure("a tile that begins at another time") }
                    let tile = try tile(layout)
                    // So many that sums and variances of them are exact.
                    transactions = transactions.addingReportingOverflow(tile.rows).partialValue
                    guard (1...Int64(UInt32.max)).contains(transactions) else { throw failure("too many transactions") }
                    history.insert(tile, at: time, layout)
                } else {
                    lanes.lanes[RowLanes.time, 0] = time
                    try fill(lanes.lanes, layout, texts)
                    history.insert(lanes.lanes, 0, layout)
                }
            }
            if hasLabels, layout.knownAtWord > 0 { try labelChanges(of: &history, layout) }
            table.histories[index] = history
        }
    }

    private mutating func fill(_ lanes: RowLanes, _ layout: HistoryLayout, _ texts: [Int]) throws(FeatureError) {
        if layout.fraudsWord > 0 { lanes[RowLanes.label, 0] = Int64(try integer(upTo: 1)) }
        if layout.knownAtWord > 0 {
            lanes[RowLanes.label, 0] = Int64(try integer(upTo: 2)) - 1
            lanes[RowLanes.knownAt, 0] = lanes[RowLanes.label, 0] < 0 ? .max : try signed()
        }
        for number in layout.numbers { number.lanes.write(try value(), to: lanes, row: 0) }
        for value in layout.values {
            let word = try integer(upTo: 1) == 0 ? nil : try key(value.interner, texts)
            lanes[value.lanes.isPresent, 0] = word == nil ? 0 : 1
            lanes[value.lanes.word, 0] = word ?? 0
        }
        for point in layout.points {
            lanes.setNumber(Double(bitPattern: try word()), point.latitude.value, 0)
            lanes.setNumber(Double(bitPattern: try word()), point.longitude.value, 0)
        }
    }

    private mutating func tile(_ layout: HistoryLayout) throws(FeatureError) -> KeyHistory.Tile {
        var tile = KeyHistory.Tile(rows: try signed(), frauds: try signed())
        guard tile.rows > 0, (0...tile.rows).contains(tile.frauds) else { throw failure("a tile without rows") }
        for _ in layout.numbers {
            var number = KeyHistory.Tile.Number(count: try signed(), units: try signed())
            guard (0...tile.rows).contains(number.count) else { throw failure("\(number.count) values in a tile") }
            let squares = try wide(upTo: 2).words + [0, 0]
            number.squares = UInt128(squares[1]) << 64 | UInt128(squares[0])
            let isNegative = try integer(upTo: 1) == 1
            number.rest = ExactSum(magnitude: try wide(upTo: 4), isNegative: isNegative)
            number.restSquares = try wide(upTo: 9)
            number.minimum = try value()
            number.maximum = try value()
            tile.numbers.append(number)
        }
        return tile
    }
}
