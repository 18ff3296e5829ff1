import Essentials

/// Finds keys of one or two words in an array of them: open addressing with linear probing, at most half full.
///
/// Keys come from outside. They are mixed with a secret random number, so that nobody can choose keys that collide; the
/// results do not depend on it.
struct KeyIndex: Sendable {
    /// Position + 1; 0 is free.
    private var cells: [Int32] = [Int32](repeating: 0, count: 16)
    private let secret = UInt64.random(in: .min ... .max)
    /// Words of a key.
    let width: Int

    init(width: Int) { self.width = width }

    /// The position of a key in `keys`; the second word is 0 for keys of one.
    @inline(__always)
    func slot(of first: Int64, _ second: Int64, in keys: [Int64]) -> Int? {
        cells.withUnsafeBufferPointer { cells in
            keys.withUnsafeBufferPointer { keys in
                var cell = start(first, second, cells.count)
                while true {
                    let slot = Int(cells[cell]) - 1
                    if slot < 0 { return nil }
                    if width == 1 {
                        if keys[slot] == first { return slot }
                    } else if keys[2 * slot] == first, keys[2 * slot + 1] == second {
                        return slot
                    }
                    cell = (cell + 1) & (cells.count - 1)
                }
            }
        }
    }

    /// Adds the last of `keys`, which is not there yet.
    mutating func addLast(of keys: [Int64]) {
        let count = keys.count / width
        if count * 2 > cells.count {
            cells = [Int32](repeating: 0, count: cells.count * 2)
            for slot in 0..<count { add(slot, keys) }
        } else {
            add(count - 1, keys)
        }
    }

    /// Makes room for that many keys.
    mutating func reserveCapacity(_ count: Int) {
        guard count * 2 > cells.count, cells.allSatisfy({ $0 == 0 }) else { return }
        var size = cells.count
        while count * 2 > size { size *= 2 }
        cells = [Int32](repeating: 0, count: size)
    }

    /// Bytes of memory.
    var byteCount: Int { cells.count * 4 }

    private mutating func add(_ slot: Int, _ keys: [Int64]) {
        var cell = start(keys[slot * width], width == 1 ? 0 : keys[slot * width + 1], cells.count)
        while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
        cells[cell] = Int32(slot + 1)
    }

    /// The first cell of the search for a key.
    @inline(__always)
    private func start(_ first: Int64, _ second: Int64, _ count: Int) -> Int {
        var mixed = SplitMix64.mixed(UInt64(bitPattern: first) ^ secret)
        if width == 2 { mixed = SplitMix64.mixed(mixed ^ UInt64(bitPattern: second)) }
        return Int(truncatingIfNeeded: mixed) & (count - 1)
    }
}
