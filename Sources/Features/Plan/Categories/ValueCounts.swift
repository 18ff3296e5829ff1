import Columnar

/// How often each of different values occurs: bytes in one buffer, found by open addressing, at most half full.
struct ValueCounts: Sendable {
    private var values = ByteArrays()
    private var counts: [Int] = []
    /// Position + 1; 0 is free.
    private var cells = [Int32](repeating: 0, count: 64)

    /// Values with how often they occur, in no order.
    var all: some Sequence<(value: ArraySlice<UInt8>, count: Int)> {
        counts.indices.lazy.map { (values[$0], counts[$0]) }
    }

    mutating func add(_ value: UnsafeBufferPointer<UInt8>, count: Int = 1) {
        var cell = start(value)
        while cells[cell] != 0 {
            let position = Int(cells[cell]) - 1
            if isEqual(position, value) {
                counts[position] += count
                return
            }
            cell = (cell + 1) & (cells.count - 1)
        }
        values.append(value)
        counts.append(count)
        cells[cell] = Int32(counts.count)
        if counts.count * 2 > cells.count { grow() }
    }

    mutating func add(_ other: ValueCounts) {
        for (value, count) in other.all { value.withUnsafeBufferPointer { add($0, count: count) } }
    }

    private mutating func grow() {
        cells = [Int32](repeating: 0, count: cells.count * 2)
        for position in counts.indices {
            var cell = values[position].withUnsafeBufferPointer { start($0) }
            while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
            cells[cell] = Int32(position + 1)
        }
    }

    private func isEqual(_ position: Int, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = Int(values.offsets[position])
        guard Int(values.offsets[position + 1]) - start == value.count else { return false }
        return values.bytes.withUnsafeBufferPointer { bytes in
            UnsafeBufferPointer(rebasing: bytes[start..<start + value.count]).elementsEqual(value)
        }
    }

    /// The first cell of the search. The standard library's hashes are seeded with a random number, so that nobody can choose
    /// values that collide.
    private func start(_ value: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(value))
        return hasher.finalize() & (cells.count - 1)
    }
}
