package import Columnar

/// Numbers the different texts of a column, in the order in which they are first seen.
package struct TextCoder: Sendable {
    typealias Bytes = UnsafePointer<UInt8>

    private struct Slot: Sendable {
        /// Of texts up to 7 bytes the text itself and its length, of longer ones a hash with the top bit set; 0 in free slots.
        var key: UInt64 = 0
        var code: UInt32 = 0
    }

    /// Longer texts are not numbered: they seldom repeat, and numbers stand for a bounded number of bytes.
    private static let longest = 256
    /// Set in the keys of long texts.
    private static let isLong: UInt64 = 1 << 63

    /// The texts by number.
    package private(set) var entries = ByteArrays()
    private var outcomes: [CellOutcome<Void>] = []
    private var slots = [Slot](repeating: Slot(), count: 1 << 8)
    private var shift = UInt64(64 - 8)
    /// Whether a text was not numbered.
    package private(set) var isFull = false

    private let limit: Int

    /// - Parameter limit: More texts than this are not numbered.
    package init(limit: Int) { self.limit = limit }

    func outcome(of code: UInt32) -> CellOutcome<Void> { outcomes[Int(code)] }

    /// Numbers the texts of another coder.
    /// - Returns: the new number of each of them; nil once there are too many.
    package mutating func add(_ other: TextCoder) -> [UInt32]? {
        let texts = other.entries
        return TextCells.with(texts, validity: nil) { cells in
            var numbers: [UInt32] = []
            numbers.reserveCapacity(texts.count)
            for entry in 0..<texts.count {
                let (begin, end) = cells.bounds(entry)
                guard
                    let number = code(
                        begin, end, readable: cells.base, outcome: { _, _ in other.outcomes[entry] })
                else { return nil }
                numbers.append(number)
            }
            return numbers
        }
    }

    /// The number of a text that is not empty; nil once there are too many, or if it is long.
    /// - Parameters:
    ///   - readable: the first byte that can be read, at `begin` or before it.
    ///   - outcome: called with a text that is new.
    @inline(__always)
    mutating func code(
        _ begin: Bytes, _ end: Bytes, readable: Bytes, outcome: (Bytes, Bytes) -> CellOutcome<Void>
    ) -> UInt32? {
        let key = TextCoder.key(begin, end, readable: readable)
        var slot = Int(truncatingIfNeeded: TextCoder.spread(key) &>> shift)
        let mask = slots.count - 1
        let found: UInt32? = slots.withUnsafeBufferPointer { slots in
            while slots[slot].key != 0 {
                if slots[slot].key == key {
                    let code = slots[slot].code
                    if key & TextCoder.isLong == 0 || isEntry(Int(code), begin, end) {
                        return code
                    }
                }
                slot = (slot + 1) & mask
            }
            return nil
        }
        return found ?? add(begin, end, key, slot, outcome(begin, end))
    }

    @inline(never)
    private mutating func add(
        _ begin: Bytes, _ end: Bytes, _ key: UInt64, _ slot: Int, _ outcome: CellOutcome<Void>
    ) -> UInt32? {
        let code = entries.count
        guard code < limit, end - begin <= TextCoder.longest else {
            isFull = true
            return nil
        }
        entries.append(UnsafeBufferPointer(start: begin, count: end - begin))
        outcomes.append(outcome)
        slots[slot] = Slot(key: key, code: UInt32(code))
        if entries.count * 2 > slots.count { grow() }
        return UInt32(code)
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        shift -= 1
        for filled in old where filled.key != 0 {
            var slot = Int(truncatingIfNeeded: TextCoder.spread(filled.key) &>> shift)
            while slots[slot].key != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = filled
        }
    }

    @inline(__always)
    private func isEntry(_ code: Int, _ begin: Bytes, _ end: Bytes) -> Bool {
        entries.offsets.withUnsafeBufferPointer { offsets in
            entries.bytes.withUnsafeBufferPointer { bytes in
                let start = Int(offsets[code]), count = end - begin
                guard Int(offsets[code + 1]) - start == count, count >= 8, let base = bytes.baseAddress else {
                    return false
                }
                // Whole words from the front, and the last one from the end.
                let entry = base + start
                var position = 0
                while position + 8 < count {
                    if TextCoder.word(entry + position) != TextCoder.word(begin + position) { return false }
                    position += 8
                }
                return TextCoder.word(entry + count - 8) == TextCoder.word(end - 8)
            }
        }
    }

    @inline(__always)
    private static func key(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> UInt64 {
        let count = end - begin
        if count < 8 {
            var text: UInt64 = 0
            if end - readable >= 8 {
                text = word(end - 8) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
            } else {
                for index in (0..<count) { text |= UInt64(begin[index]) &<< UInt64(truncatingIfNeeded: 8 &* index) }
            }
            return text | UInt64(truncatingIfNeeded: count) &<< 56
        }
        var hash = UInt64(truncatingIfNeeded: count)
        var position = begin
        while end - position > 8 {
            hash = mixed(hash ^ word(position))
            position += 8
        }
        return mixed(hash ^ word(end - 8)) | isLong
    }

    @inline(__always)
    private static func word(_ bytes: Bytes) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    /// The halves of a product, so that all bits count.
    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    @inline(__always)
    private static func spread(_ key: UInt64) -> UInt64 { (key ^ key &>> 32) &* 0x9E37_79B9_7F4A_7C15 }
}

/// Texts of rows as numbers of a ``TextCoder``'s entries.
package struct CodedColumn: Sendable {
    /// Of rows without a value any.
    package let codes: [UInt16]
    /// A one bit for each row with a value; nil if all have one.
    package let validity: Bitmap?
    /// A one bit for each row whose value is not one of the column; nil if there are none.
    package let invalid: Bitmap?
}
