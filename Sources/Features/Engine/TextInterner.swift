import Essentials

/// Numbers for texts: equal bytes have equal numbers, from 0 in the order in which they came.
///
/// Texts come from outside: their hash begins with a secret random number, and collisions are resolved by comparing bytes.
struct TextInterner: Sendable {
    private var bytes: [UInt8] = []
    /// Where each text ends in `bytes`, after a 0.
    private var ends: [Int] = [0]
    /// Position + 1; 0 is free.
    private var cells: [Int32] = [Int32](repeating: 0, count: 16)
    /// Some bits of each text's hash, so that most comparisons of bytes are of equal ones.
    private var hashes: [UInt32] = []
    private let secret = UInt64.random(in: .min ... .max)

    var count: Int { ends.count - 1 }

    /// Bytes of memory.
    var byteCount: Int { bytes.capacity + ends.capacity * 8 + cells.capacity * 4 + hashes.capacity * 4 }

    /// The bytes of a text.
    subscript(number: Int) -> ArraySlice<UInt8> { bytes[ends[number]..<ends[number + 1]] }

    /// The number of a text; nil if it is not there.
    func number(of text: UnsafeBufferPointer<UInt8>) -> Int64? {
        find(text, hash(text)).map(Int64.init)
    }

    /// The number of a text, which is added if it is not there.
    mutating func intern(_ text: UnsafeBufferPointer<UInt8>) -> Int64 {
        let hash = hash(text)
        if let number = find(text, hash) { return Int64(number) }
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
        if count * 2 > cells.count {
            cells = [Int32](repeating: 0, count: cells.count * 2)
            for number in 0..<count {
                add(number, self[number].withUnsafeBufferPointer { self.hash($0) })
            }
        } else {
            add(count - 1, hash)
        }
        return Int64(count - 1)
    }

    /// Keeps only some texts.
    /// - Returns: for each number its new one, or -1.
    mutating func keep(_ isUsed: [Bool]) -> [Int64] {
        var kept = TextInterner()
        let renumbered = isUsed.indices.map { number -> Int64 in
            isUsed[number] ? self[number].withUnsafeBufferPointer { kept.intern($0) } : -1
        }
        self = kept
        return renumbered
    }

    private mutating func add(_ number: Int, _ hash: UInt64) {
        var cell = Int(truncatingIfNeeded: hash) & (cells.count - 1)
        while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
        cells[cell] = Int32(number + 1)
    }

    private func find(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        cells.withUnsafeBufferPointer { cells in
            bytes.withUnsafeBufferPointer { bytes in
                let tag = UInt32(truncatingIfNeeded: hash >> 32)
                var cell = Int(truncatingIfNeeded: hash) & (cells.count - 1)
                while true {
                    let number = Int(cells[cell]) - 1
                    if number < 0 { return nil }
                    if hashes[number] == tag, ends[number + 1] - ends[number] == text.count,
                        text.elementsEqual(bytes[ends[number]..<ends[number + 1]])
                    {
                        return number
                    }
                    cell = (cell + 1) & (cells.count - 1)
                }
            }
        }
    }

    @inline(__always)
    private func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var state = secret ^ UInt64(text.count)
        let raw = UnsafeRawBufferPointer(text)
        var position = 0
        while position + 8 <= raw.count {
            state = SplitMix64.mixed(state ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var tail: UInt64 = 0
        while position < raw.count {
            tail = tail << 8 | UInt64(raw[position])
            position += 1
        }
        return SplitMix64.mixed(state ^ tail)
    }
}
