import Checksums

extension FeatureState {
    /// The state as bytes; the same transactions recorded in the same order give the same bytes, however they were
    /// batched.
    ///
    /// Layout: `AFFS`, version (1 byte), the windows (count and days of the customer's, then the terminal's, delay),
    /// lateness, 1 and the newest time or 0, the customers' table, the terminals' table, CRC-32C of all before (4
    /// bytes, little-endian). A table is the number of keys, then per key in ascending order: the key less the one
    /// before, the number of events, per event the time less the one before, and the value. Integers are LEB128, signed
    /// ones in zigzag form. Only events that a window can still reach are written.
    ///
    /// The version is 1 where all amounts are integers of 1/10,000 (up to 100 million), and these are the values. It is
    /// 2 otherwise: a customer's value is then twice such an integer in zigzag form, or 1 and the amount as a double (8
    /// bytes, little-endian).
    public func encoded() -> [UInt8] {
        var writer = VarintWriter()
        writer.bytes = FeatureState.magic
        let horizon = watermark.time.map { spans.customerHorizon(newest: $0, lateness: lateness) } ?? .min
        let hasRests = customers.histories.contains { $0.hasRests && $0.hasRest(after: horizon) }
        writer.bytes.append(hasRests ? 2 : 1)
        for days in [windows.customerDays, windows.terminalDays] {
            writer.append(unsigned: UInt64(days.count))
            for length in days { writer.append(unsigned: UInt64(length)) }
        }
        writer.append(unsigned: UInt64(windows.delayDays))
        writer.append(signed: lateness)
        writer.append(unsigned: watermark.time == nil ? 0 : 1)
        if let newest = watermark.time {
            writer.append(signed: newest)
            writer.append(customers, after: horizon, as: hasRests ? .amounts : .integers)
            writer.append(terminals, after: spans.terminalHorizon(newest: newest, lateness: lateness), as: .integers)
        }
        let checksum = FeatureState.checksum(writer.bytes[...])
        for shift in stride(from: 0, to: 32, by: 8) {
            writer.bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift)))
        }
        return writer.bytes
    }

    /// Restores a state from the bytes of ``encoded()``.
    /// - Throws: ``FeatureError/malformedState(byteOffset:message:)``.
    public init(decoding bytes: [UInt8]) throws(FeatureError) {
        let header = FeatureState.magic.count + 1
        guard bytes.count >= header + 4, Array(bytes[..<FeatureState.magic.count]) == FeatureState.magic else {
            throw .malformedState(byteOffset: 0, message: "not a feature state")
        }
        let version = bytes[header - 1]
        guard (1...2).contains(version) else {
            throw .malformedState(byteOffset: header - 1, message: "version \(version), known are 1 and 2")
        }
        let end = bytes.count - 4
        let stored = bytes[end...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard FeatureState.checksum(bytes[..<end]) == stored else {
            throw .malformedState(byteOffset: end, message: "the checksum does not match")
        }
        var reader = VarintReader(bytes: bytes[..<end], position: header)
        let customerDays = try reader.days(), terminalDays = try reader.days()
        let windows: FeatureWindows
        do {
            windows = try FeatureWindows(
                customerDays: customerDays, terminalDays: terminalDays, delayDays: reader.integer(upTo: 3650))
        } catch {
            throw .malformedState(byteOffset: header, message: "\(error)")
        }
        let lateness = try reader.signed()
        guard (0...3650 * 86_400_000_000).contains(lateness) else { throw reader.failure("a lateness of \(lateness)") }
        let newest = try reader.integer(upTo: 1) == 1 ? try reader.signed() : nil
        self.init(windows: windows, lateness: lateness, watermark: Watermark(time: newest))
        if newest != nil {
            customers = try reader.table(as: version == 1 ? .integers : .amounts, values: VarintReader.units)
            terminals = try reader.table(as: .integers, values: 0...1)
            restoreNewestDateTime()
        }
        guard reader.position == end else { throw reader.failure("something follows the tables") }
    }

    private static let magic = Array("AFFS".utf8)

    /// CRC-32C (Castagnoli's polynomial, reflected).
    package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        CRC32C.checksum(bytes)
    }
}

/// How a table's values are stored.
private enum StoredValues {
    case integers
    /// Integers of 1/10,000, and doubles where these are not exact.
    case amounts
}

/// Writes integers in as few bytes as they need.
struct VarintWriter {
    var bytes: [UInt8] = []

    mutating func append(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(signed value: Int64) {
        append(unsigned: VarintWriter.zigzag(value))
    }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    private mutating func append(units: Int64, rest: Double) {
        guard rest != 0 else { return append(unsigned: VarintWriter.zigzag(units) << 1) }
        append(unsigned: 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest.bitPattern >> shift))
        }
    }

    fileprivate mutating func append(_ table: HistoryTable, after horizon: Int64, as form: StoredValues) {
        let kept = table.histories.indices
            .map { slot in (key: table.keys[slot], slot: slot, count: table.histories[slot].count(after: horizon)) }
            .filter { $0.count > 0 }
            .sorted { $0.key < $1.key }
        append(unsigned: UInt64(kept.count))
        var previousKey: Int64 = 0
        for (key, slot, count) in kept {
            append(signed: key &- previousKey)
            previousKey = key
            append(unsigned: UInt64(count))
            var previousTime: Int64 = 0
            table.histories[slot].forEach { time, value, rest in
                guard time > horizon else { return }
                append(signed: time &- previousTime)
                previousTime = time
                switch form {
                case .integers: append(signed: value)
                case .amounts: append(units: value, rest: rest)
                }
            }
        }
    }
}

/// Reads what ``VarintWriter`` wrote, and validates everything.
struct VarintReader {
    let bytes: ArraySlice<UInt8>
    var position: Int

    func failure(_ message: String) -> FeatureError { .malformedState(byteOffset: position, message: message) }

    mutating func unsigned() throws(FeatureError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.endIndex else { throw failure("the state ends early") }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw failure("an integer of more than 64 bits")
    }

    mutating func signed() throws(FeatureError) -> Int64 { VarintReader.unzigzag(try unsigned()) }

    private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// The range of amounts in 1/10,000.
    static let units = Int64(-ExactAmount.largestUnits)...Int64(ExactAmount.largestUnits)

    private mutating func amount(_ form: StoredValues, _ values: ClosedRange<Int64>) throws(FeatureError)
        -> ExactAmount
    {
        let integer: Int64
        switch form {
        case .integers: integer = try signed()
        case .amounts:
            let stored = try unsigned()
            if stored == 1 { return try double() }
            guard stored & 1 == 0 else { throw failure("an amount of the kind \(stored)") }
            integer = VarintReader.unzigzag(stored >> 1)
        }
        guard values.contains(integer) else { throw failure("a value of \(integer), expected \(values)") }
        return ExactAmount(units: integer)
    }

    private mutating func double() throws(FeatureError) -> ExactAmount {
        guard bytes.endIndex - position >= 8 else { throw failure("the state ends early") }
        let pattern = bytes[position..<position + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let value = Double(bitPattern: pattern)
        guard value.isFinite else { throw failure("an amount of \(value)") }
        position += 8
        return ExactAmount(value)
    }

    mutating func integer(upTo limit: Int) throws(FeatureError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(limit) else { throw failure("\(value), expected at most \(limit)") }
        return Int(value)
    }

    mutating func days() throws(FeatureError) -> [Int] {
        var days: [Int] = []
        for _ in 0..<(try integer(upTo: 8)) { days.append(try integer(upTo: 3650)) }
        return days
    }

    fileprivate mutating func table(
        as form: StoredValues, values: ClosedRange<Int64>
    ) throws(FeatureError) -> HistoryTable {
        var table = HistoryTable()
        // Every key and every event takes at least two bytes, which bounds the counts by the number of bytes.
        let keyCount = try integer(upTo: (bytes.endIndex - position) / 2)
        table.reserveCapacity(keyCount)
        var previousKey: Int64 = 0
        for index in 0..<keyCount {
            let key = previousKey &+ (try signed())
            guard index == 0 || key > previousKey else { throw failure("keys that do not ascend") }
            previousKey = key
            let eventCount = try integer(upTo: (bytes.endIndex - position) / 2)
            guard eventCount > 0 else { throw failure("a key without events") }
            var history = EventHistory()
            history.reserveCapacity(eventCount)
            var previousTime: Int64 = 0
            for event in 0..<eventCount {
                let time = previousTime &+ (try signed())
                guard event == 0 || time >= previousTime else { throw failure("times that do not ascend") }
                previousTime = time
                history.insert(time: time, amount: try amount(form, values))
            }
            table.add(key, history)
        }
        return table
    }
}
