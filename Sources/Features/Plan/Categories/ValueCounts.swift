import Essentials

/// How often each of different values occurs: bytes in one buffer, found by open addressing, at most half full.
struct ValueCounts: Sendable {
    private struct Entry {
        var hash: UInt64
        var bytes: Range<Int>
        var count: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Position + 1; 0 is free.
    private var cells = [Int](repeating: 0, count: 64)
    /// Values come from outside: nobody can choose some that collide without knowing it. The counts do not depend on it.
    private let secret = UInt64.random(in: .min ... .max)

    /// Values with how often they occur, in no order.
    var all: some Sequence<(value: ArraySlice<UInt8>, count: Int)> {
        entries.lazy.map { (bytes[$0.bytes], $0.count) }
    }

    mutating func add(_ value: UnsafeBufferPointer<UInt8>, count: Int = 1) {
        let hash = hash(value)
        var cell = Int(truncatingIfNeeded: hash) & (cells.count - 1)
        while cells[cell] != 0 {
            if isEqual(entries[cells[cell] - 1], hash, value) {
                entries[cells[cell] - 1].count += count
                return
            }
            cell = (cell + 1) & (cells.count - 1)
        }
        entries.append(Entry(hash: hash, bytes: bytes.count..<bytes.count + value.count, count: count))
        bytes.append(contentsOf: value)
        cells[cell] = entries.count
        if entries.count * 2 > cells.count { grow() }
    }

    mutating func add(_ other: ValueCounts) {
        for (value, count) in other.all { value.withUnsafeBufferPointer { add($0, count: count) } }
    }

    private mutating func grow() {
        cells = [Int](repeating: 0, count: cells.count * 2)
        for (position, entry) in entries.enumerated() {
            var cell = Int(truncatingIfNeeded: entry.hash) & (cells.count - 1)
            while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
            cells[cell] = position + 1
        }
    }

    private func hash(_ value: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(value)
        var hash = SplitMix64.mixed(secret ^ UInt64(value.count))
        var position = 0
        while position + 8 <= bytes.count {
            hash = SplitMix64.mixed(hash ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[position...] { rest = rest << 8 | UInt64(byte) }
        return SplitMix64.mixed(hash ^ rest)
    }

    private func isEqual(_ entry: Entry, _ hash: UInt64, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard entry.hash == hash, entry.bytes.count == value.count else { return false }
        guard let other = value.baseAddress else { return true }
        return bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0 + entry.bytes.lowerBound, other, value.count) == 0 } ?? true
        }
    }
}
