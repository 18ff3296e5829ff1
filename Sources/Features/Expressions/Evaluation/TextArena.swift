/// Memory for texts that are made while one row is evaluated: kept from row to row, so that nothing is allocated for most.
struct TextArena: ~Copyable {
    private static let minimumCapacity = 256

    private var chunk: UnsafeMutableRawBufferPointer?
    private var used = 0
    /// Chunks that were too small for this row, whose texts are still in use.
    private var full: [UnsafeMutableRawBufferPointer] = []

    init() {}

    deinit {
        chunk?.deallocate()
        for chunk in full { chunk.deallocate() }
    }

    /// Begins a row: the texts of the last one are gone.
    @inline(__always)
    mutating func reset() {
        guard used > 0 else { return }
        used = 0
        if !full.isEmpty { freeFull() }
    }

    @inline(never)
    private mutating func freeFull() {
        for chunk in full { chunk.deallocate() }
        full.removeAll()
    }

    /// Room for that many bytes.
    mutating func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if let chunk, chunk.count - used >= count {
            defer { used += count }
            return UnsafeMutableRawBufferPointer(rebasing: chunk[used..<(used + count)])
        }
        if let chunk { full.append(chunk) }
        let capacity = max(count, 2 * (chunk?.count ?? 0), TextArena.minimumCapacity)
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        chunk = larger
        used = count
        return UnsafeMutableRawBufferPointer(rebasing: larger[..<count])
    }

    /// Copies a text.
    mutating func copy(_ text: String) -> UnsafeRawBufferPointer {
        let copy = allocate(text.utf8.count)
        copy.copyBytes(from: text.utf8)
        return UnsafeRawBufferPointer(copy)
    }
}
