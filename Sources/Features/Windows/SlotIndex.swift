import Essentials

/// Finds positions in an array of keys: open addressing with linear probing, at most half full.
///
/// Keys come from outside. They are mixed with a secret random number, so that nobody can choose keys that collide; the
/// results do not depend on it.
struct SlotIndex: Sendable {
    /// Position + 1; 0 is free.
    private var cells: [Int32] = [Int32](repeating: 0, count: 16)
    private let secret = UInt64.random(in: .min ... .max)

    /// The position of a key in `keys`.
    @inline(__always)
    func slot(of key: Int64, in keys: [Int64]) -> Int? {
        cells.withUnsafeBufferPointer { cells in
            keys.withUnsafeBufferPointer { keys in
                var cell = start(key)
                while true {
                    let slot = Int(cells[cell]) - 1
                    if slot < 0 { return nil }
                    if keys[slot] == key { return slot }
                    cell = (cell + 1) & (cells.count - 1)
                }
            }
        }
    }

    /// Adds the last of `keys`, which is not there yet.
    mutating func addLast(of keys: [Int64]) {
        if keys.count * 2 > cells.count {
            cells = [Int32](repeating: 0, count: cells.count * 2)
            for slot in keys.indices { add(keys[slot], slot) }
        } else if let key = keys.last {
            add(key, keys.count - 1)
        }
    }

    private mutating func add(_ key: Int64, _ slot: Int) {
        var cell = start(key)
        while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
        cells[cell] = Int32(slot + 1)
    }

    /// The first slot of the search for a key.
    @inline(__always)
    private func start(_ key: Int64) -> Int {
        Int(truncatingIfNeeded: SplitMix64.mixed(UInt64(bitPattern: key) ^ secret)) & (cells.count - 1)
    }
}
