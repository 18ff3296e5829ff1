import StorageIO

/// Reads `yyyy-MM-dd HH:mm:ss`, and caches the last date, which consecutive rows mostly share.
struct DateCache {
    /// The first eight bytes, and bytes 7 to 10, of the last text.
    private var head: UInt64 = 0
    private var tail: UInt32 = 0
    /// Midnight of that date, in microseconds since 1970-01-01T00:00:00.
    private var midnight: Int64 = 0

    /// Microseconds since 1970-01-01T00:00:00; nil for what ``TextValue/microseconds(_:_:)`` does not read.
    @inline(__always)
    mutating func microseconds(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
        guard end - begin == 19 else { return TextValue.microseconds(begin, end) }
        let raw = UnsafeRawPointer(begin)
        let head = raw.loadUnaligned(as: UInt64.self)
        let tail = raw.loadUnaligned(fromByteOffset: 7, as: UInt32.self)
        guard head == self.head, tail == self.tail, begin[13] == UInt8(ascii: ":"), begin[16] == UInt8(ascii: ":")
        else {
            return remember(begin, end, head, tail)
        }
        let hourTens = begin[11] &- 0x30, hourOnes = begin[12] &- 0x30
        let minuteTens = begin[14] &- 0x30, minuteOnes = begin[15] &- 0x30
        let secondTens = begin[17] &- 0x30, secondOnes = begin[18] &- 0x30
        guard hourTens <= 2, hourOnes <= 9, minuteTens <= 5, minuteOnes <= 9, secondTens <= 5, secondOnes <= 9 else {
            return nil
        }
        let hour = Int64(hourTens) * 10 + Int64(hourOnes)
        guard hour <= 23 else { return nil }
        let minute = Int64(minuteTens) * 10 + Int64(minuteOnes)
        let second = Int64(secondTens) * 10 + Int64(secondOnes)
        return midnight + (hour * 3600 + minute * 60 + second) * 1_000_000
    }

    @inline(never)
    private mutating func remember(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ head: UInt64, _ tail: UInt32
    ) -> Int64? {
        guard let value = TextValue.microseconds(begin, end) else { return nil }
        // Only the plain form has its time of day at the same position; blanks or a zone would move it.
        let isPlain =
            begin[4] == UInt8(ascii: "-") && begin[7] == UInt8(ascii: "-")
            && (begin[10] == UInt8(ascii: " ") || begin[10] == UInt8(ascii: "T"))
            && begin[13] == UInt8(ascii: ":") && begin[16] == UInt8(ascii: ":")
        if isPlain {
            self.head = head
            self.tail = tail
            let day: Int64 = 86_400_000_000
            midnight = value - ((value % day) + day) % day
        }
        return value
    }
}
